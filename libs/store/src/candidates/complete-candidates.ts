import {
  NetworkEnergySchema,
  PruningScheduleSchema,
  SparsityProfileSchema,
  type CampaignSpec,
  type Measurement,
  type ModelReference,
} from '@espalier/contracts';
import type { NetworkEnergy } from '@espalier/energy-model';
import { epochsOfRung, isLastRung } from '@espalier/campaign-policy';
import { networkCosts, priceProfile } from '@espalier/pricing';
import { recordEvents } from '../events/events.js';
import type { Prisma } from '../generated/client.js';
import { updateFronts } from '../fronts/update-front.js';

export interface Completion {
  /** Of its campaign. */
  readonly spec: CampaignSpec;
  readonly candidate: Pick<Prisma.CandidateGetPayload<object>, 'id' | 'campaignId' | 'number' | 'rung' | 'schedule'>;
  readonly model: ModelReference;
  readonly measurement: Measurement;
  /** The candidate whose result this one reuses. */
  readonly reusedFrom?: string | undefined;
}

/**
 * Records results and updates the fronts of their campaigns, in that order. A result of a rung
 * other than the last stops its candidate until it is promoted; a reused result completes it. The
 * campaigns' locks are held. The number of statements does not grow with the number of results or
 * campaigns.
 */
export async function completeCandidates(
  transaction: Prisma.TransactionClient,
  completions: readonly Completion[],
): Promise<void> {
  if (completions.length === 0) return;
  const results = completions.map(resultOf);
  await transaction.artifact.createMany({
    data: results
      .map(({ model: { artifact, bytes } }) => ({ hash: artifact, bytes }))
      // One order of rows avoids deadlocks between concurrent writers.
      .sort((a, b) => (a.hash < b.hash ? -1 : 1)),
    skipDuplicates: true,
  });
  const climbed = results.filter(({ rung }) => rung !== null && rung > 0);
  if (climbed.length > 0) {
    await transaction.evaluation.deleteMany({ where: { candidateId: { in: climbed.map(({ id }) => id) } } });
  }
  await transaction.evaluation.createMany({
    data: results.map(({ id, measurement, report }) => evaluationData(id, measurement, report)),
  });
  const ofRungs = results.flatMap(({ id, rung, epochs, accuracy, energy, latency, reusedFrom }) =>
    rung === null || reusedFrom !== undefined ? [] : [{ candidateId: id, rung, epochs, accuracy, energy, latency }],
  );
  if (ofRungs.length > 0) await transaction.rungResult.createMany({ data: ofRungs });
  const places = await updateFronts(transaction, results);
  const settled = results.map((result, i) => ({ ...result, ...places[i] }));
  await updateCandidates(transaction, settled);
  await recordEvents(
    transaction,
    settled.map(({ id, campaignId, state, number, accuracy, energy, latency, joined, rung, reusedFrom }) => ({
      campaignId,
      candidateId: id,
      kind: `candidate-${state}`,
      detail: {
        ...{ number, accuracy, energy, latency, onFront: joined },
        ...(rung !== null && { rung }),
        ...(reusedFrom !== undefined && { reusedFrom }),
      },
    })),
  );
}

function resultOf({ spec, candidate, model, measurement, reusedFrom }: Completion) {
  const { id, campaignId, number, rung } = candidate;
  const schedule = PruningScheduleSchema.parse(candidate.schedule);
  const report = priceProfile(spec, measurement.profile);
  const { layers } = measurement.profile;
  const weights = layers.reduce((sum, layer) => sum + layer.weights, 0);
  const left = layers.reduce((sum, layer) => sum + layer.weightsLeft, 0);
  const isLast = reusedFrom !== undefined || isLastRung(spec, schedule, rung);
  return {
    ...{ id, campaignId, spec, number, rung, model, measurement, reusedFrom, report },
    state: isLast ? ('completed' as const) : ('stopped' as const),
    epochs: epochsOfRung(spec, schedule, rung),
    accuracy: measurement.accuracy,
    ...networkCosts(report),
    weightsLeft: left / weights,
  };
}

type Settled = ReturnType<typeof resultOf> & { readonly hypervolume: number };

/** A result of an earlier rung may have been observed: the candidate is observed again. */
async function updateCandidates(transaction: Prisma.TransactionClient, settled: readonly Settled[]): Promise<void> {
  const column = <Of>(of: (each: Settled) => Of): Of[] => settled.map(of);
  await transaction.$executeRaw`
    UPDATE candidates SET
      state = settled.state::candidate_state, accuracy = settled.accuracy, energy = settled.energy, latency = settled.latency,
      weights_left = settled.weights_left, hypervolume = settled.hypervolume, artifact_hash = settled.artifact_hash,
      reused_from = coalesce(settled.reused_from, candidates.reused_from), finished_at = ${new Date()}, observation_order = NULL
    FROM unnest(
      ${column(({ id }) => id)}::uuid[], ${column(({ state }) => state)}::text[],
      ${column(({ accuracy }) => accuracy)}::float8[], ${column(({ energy }) => energy)}::float8[],
      ${column(({ latency }) => latency)}::float8[], ${column(({ weightsLeft }) => weightsLeft)}::float8[],
      ${column(({ hypervolume }) => hypervolume)}::float8[], ${column(({ model }) => model.artifact)}::text[],
      ${column(({ reusedFrom }) => reusedFrom ?? null)}::uuid[]
    ) AS settled (id, state, accuracy, energy, latency, weights_left, hypervolume, artifact_hash, reused_from)
    WHERE candidates.id = settled.id`;
}

/** A measurement as a row of the table. */
export function evaluationData(
  candidateId: string,
  measurement: Measurement,
  energy: NetworkEnergy,
): Prisma.EvaluationCreateManyInput {
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
