import {
  FailureSchema,
  NetworkEnergySchema,
  PruningScheduleSchema,
  SparsityProfileSchema,
  type CampaignSpec,
  type CandidateStateWithoutResult,
  type Failure,
  type Measurement,
  type ModelReference,
} from '@espalier/contracts';
import type { NetworkEnergy } from '@espalier/energy-model';
import { latencyOf, priceProfile } from '@espalier/networks';
import { lockCampaign } from './ask-and-tell.js';
import type { Database } from './database.js';
import { FencedError, NotFoundError } from './errors.js';
import { recordEvent } from './events.js';
import type { Prisma } from './generated/client.js';
import { updateFront } from './kept-front.js';
import { epochsOfRung, isLastRung } from './rungs.js';

/** Who has a result, and whose it was first. */
export interface ResultOrigin {
  /** The workflow run that has it; undefined for workflows that began before there was fencing. */
  readonly run?: string;
  /** The candidate that had done the same work. */
  readonly answeredBy?: string;
}

/** @throws FencedError when another run has taken the candidate up */
function refuseOtherRun(candidate: { id: string; heldBy: string | null }, run: string | undefined): void {
  if (run === undefined || candidate.heldBy === null || candidate.heldBy === run) return;
  throw new FencedError(`candidate ${candidate.id} was taken up by run ${candidate.heldBy}; run ${run} is late`);
}

/**
 * Writes a candidate's result and its place on the front, in one transaction. However often it is tried, the first result
 * of a rung stands.
 *
 * @throws FencedError when another run has taken the candidate up, NotFoundError when there is nobody any more whose result it was
 */
export async function recordResult(
  database: Database,
  campaignId: string,
  candidateId: string,
  model: ModelReference,
  measurement: Measurement,
  { run, answeredBy }: ResultOrigin = {},
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const spec = await lockCampaign(transaction, campaignId);
    const candidate = await transaction.candidate.findUniqueOrThrow({ where: { id: candidateId } });
    if (candidate.state !== 'asked' && candidate.state !== 'running') return;
    refuseOtherRun(candidate, run);
    // With a campaign that is deleted its files go: what it would have answered with may be gone by now.
    if (answeredBy !== undefined && !(await transaction.candidate.findUnique({ where: { id: answeredBy } }))) {
      throw new NotFoundError('candidate', answeredBy, ': its campaign was deleted meanwhile');
    }
    await complete(transaction, spec, candidate, model, measurement, answeredBy);
  });
}

/**
 * Gives a candidate its result and its place on the front; the campaign's lock is held. With the result of a rung that is not
 * its last it is stopped, until it may go on. One that had done the same work had done all of it.
 */
export async function complete(
  transaction: Prisma.TransactionClient,
  spec: CampaignSpec,
  { id: candidateId, campaignId, number, rung, schedule: row }: CompletedRow,
  model: ModelReference,
  measurement: Measurement,
  answeredBy?: string,
): Promise<void> {
  const energy = priceProfile(spec, measurement.profile);
  const latency = latencyOf(energy);
  const layers = measurement.profile.layers;
  const weights = layers.reduce((sum, layer) => sum + layer.weights, 0);
  const left = layers.reduce((sum, layer) => sum + layer.weightsLeft, 0);
  await transaction.artifact.upsert({
    where: { hash: model.artifact },
    create: { hash: model.artifact, bytes: model.bytes },
    update: {},
  });
  if (rung !== null && rung > 0) await transaction.evaluation.deleteMany({ where: { candidateId } });
  await transaction.evaluation.create({ data: evaluationData(candidateId, measurement, energy) });
  const schedule = PruningScheduleSchema.parse(row);
  const state = answeredBy !== undefined || isLastRung(spec, schedule, rung) ? 'completed' : 'stopped';
  if (rung !== null && answeredBy === undefined) {
    const epochs = epochsOfRung(spec, schedule, rung);
    const { accuracy } = measurement;
    await transaction.rungResult.create({ data: { candidateId, rung, epochs, accuracy, energy: energy.total } });
  }
  const { joined, hypervolume } = await updateFront(transaction, campaignId, spec, {
    id: candidateId,
    number,
    accuracy: measurement.accuracy,
    energy: energy.total,
    latency,
  });
  await transaction.candidate.update({
    where: { id: candidateId },
    data: {
      state,
      // The strategy was told of an earlier rung: it is told anew.
      toldOrder: null,
      accuracy: measurement.accuracy,
      energy: energy.total,
      latency,
      weightsLeft: left / weights,
      hypervolume,
      artifactHash: model.artifact,
      finishedAt: new Date(),
      ...(answeredBy !== undefined && { answeredBy }),
    },
  });
  await recordEvent(
    transaction,
    campaignId,
    `candidate-${state}`,
    {
      number,
      accuracy: measurement.accuracy,
      energy: energy.total,
      onFront: joined,
      ...(rung !== null && { rung }),
      ...(answeredBy !== undefined && { answeredBy }),
    },
    candidateId,
  );
}

type CompletedRow = Pick<CandidateRow, 'id' | 'campaignId' | 'number' | 'rung' | 'schedule'>;
type CandidateRow = Prisma.CandidateGetPayload<object>;

/**
 * Settles a candidate that has no result; one that is settled stays as it is.
 *
 * @throws FencedError when another run has taken the candidate up
 */
export async function recordFailure(
  database: Database,
  campaignId: string,
  candidateId: string,
  state: CandidateStateWithoutResult,
  failure: Failure,
  run?: string,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    await lockCampaign(transaction, campaignId);
    const candidate = await transaction.candidate.findUniqueOrThrow({ where: { id: candidateId } });
    if (candidate.state !== 'asked' && candidate.state !== 'running') return;
    refuseOtherRun(candidate, run);
    await transaction.candidate.update({
      where: { id: candidateId },
      data: { state, failure: FailureSchema.parse(failure), finishedAt: new Date() },
    });
    const { type, message } = failure;
    await recordEvent(transaction, campaignId, `candidate-${state}`, { type, message }, candidateId);
  });
}

/** Writes a front member's accuracy on the test split, once. */
export async function recordTest(
  database: Database,
  campaignId: string,
  candidateId: string,
  measurement: Measurement,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const spec = await lockCampaign(transaction, campaignId);
    const done = await transaction.evaluation.findUnique({
      where: { candidateId_split: { candidateId, split: 'test' } },
    });
    if (done) return;
    const energy = priceProfile(spec, measurement.profile);
    await transaction.evaluation.create({ data: evaluationData(candidateId, measurement, energy) });
    await recordEvent(transaction, campaignId, 'candidate-tested', { accuracy: measurement.accuracy }, candidateId);
  });
}

function evaluationData(
  candidateId: string,
  measurement: Measurement,
  energy: NetworkEnergy,
): Prisma.EvaluationUncheckedCreateInput {
  return {
    candidateId,
    split: measurement.split,
    accuracy: measurement.accuracy,
    loss: measurement.loss,
    images: measurement.images,
    profile: SparsityProfileSchema.parse(measurement.profile),
    energyReport: NetworkEnergySchema.parse(energy),
  };
}
