import type { CandidateInput, Measurement, ModelReference, Rung } from '@espalier/contracts';
import { campaignWorkflowId } from '@espalier/contracts/workflow-messages';
import {
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { bookkeeping, failureOf, trainingOn } from './activities.js';
import { candidateSettledSignal, releaseSignal } from './messages.js';
import { filtersStage, roundStage, type Stage } from './stages.js';

const LOST_ARTIFACT = new Set(['ArtifactCorruptError', 'ArtifactMissingError']);
/** How long to wait before looking again whether another candidate has done the same work. */
const LOOK_AGAIN = '5s';
/** Another run has taken the candidate up, and settles it. */
const FENCED = 'FencedError';
const TRIES_WITH_NEW_ARTIFACTS = 3;

/**
 * Tries one schedule: prune, fine-tune, evaluate, record; or takes the result of a candidate that did the same. However it
 * ends, the end is recorded and the campaign told.
 */
export async function candidate(input: CandidateInput): Promise<void> {
  const { campaignId, candidateId } = input;
  const { runId } = workflowInfo();
  const scope = new CancellationScope();
  let isReleased = false;
  setHandler(releaseSignal, () => {
    isReleased = true;
    scope.cancel();
  });
  try {
    await scope.run(async () => {
      let taken = await bookkeeping.recordRunning(campaignId, candidateId, runId);
      while (taken === 'under-way') {
        await sleep(LOOK_AGAIN);
        taken = await bookkeeping.recordRunning(campaignId, candidateId, runId);
      }
      if (taken !== 'settled') await tryCandidate(input, runId);
    });
  } catch (error) {
    if (failureOf(error).type === FENCED) return;
    const cancelled = isCancellation(error);
    if (cancelled && isReleased) return bookkeeping.recordReleased(campaignId, candidateId, runId);
    const failure = cancelled
      ? { type: 'Cancelled', message: 'the campaign was cancelled, or its budget of time is used up' }
      : failureOf(error);
    const state = cancelled ? 'cancelled' : failure.type === 'DivergedError' ? 'diverged' : 'failed';
    try {
      await CancellationScope.nonCancellable(() =>
        bookkeeping.recordFailure(campaignId, candidateId, state, failure, runId),
      );
    } catch (late) {
      if (failureOf(late).type !== FENCED) throw late;
      return;
    }
  }
  await CancellationScope.nonCancellable(async () => {
    try {
      await getExternalWorkflowHandle(campaignWorkflowId(campaignId)).signal(candidateSettledSignal, { candidateId });
    } catch {
      // The campaign has ended meanwhile, or is between two runs: it finds the record in the store.
    }
  });
}

/** A file that is found damaged has been set aside: it is made again from what came before it. */
async function tryCandidate(input: CandidateInput, runId: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      // What a rung left may be what is damaged: then it begins at the first.
      const { model, measurement } = await runStages(tries === 1 ? input : { ...input, rung: fromStart(input.rung) });
      await bookkeeping.recordCandidate(input.campaignId, input.candidateId, model, measurement, runId);
      return;
    } catch (error) {
      if (tries === TRIES_WITH_NEW_ARTIFACTS || !LOST_ARTIFACT.has(failureOf(error).type)) throw error;
    }
  }
}

function fromStart(rung: Rung | undefined): Rung | undefined {
  return rung && { until: rung.until };
}

interface Trained {
  model: ModelReference;
  measurement: Measurement;
}

async function runStages(input: CandidateInput): Promise<Trained> {
  const { schedule, dense, rung } = input;
  if (rung?.from) {
    const model = await fineTune(input, roundStage(schedule, 1), rung.from, rung.until);
    return { model, measurement: await evaluate(input, model.artifact) };
  }
  const filters = filtersStage(schedule);
  const smaller = filters && (await pruneAndTrain(input, filters));
  const first = await pruneAndTrain(input, roundStage(schedule, 1), smaller, rung?.until);
  let held = { model: first, measurement: await evaluate(input, first.artifact) };
  if (!schedule.loop) return held;
  const { accuracy } = await evaluate(input, dense);
  const least = accuracy - schedule.loop.accuracyLoss;
  for (let round = 2; round <= schedule.loop.rounds && held.measurement.accuracy >= least; round++) {
    const model = await pruneAndTrain(input, roundStage(schedule, round), held.model);
    const measurement = await evaluate(input, model.artifact);
    if (measurement.accuracy < least) break;
    held = { model, measurement };
  }
  return held;
}

/** @param from what the stage before left; without it the dense network */
async function pruneAndTrain(
  input: CandidateInput,
  stage: Stage,
  from?: ModelReference,
  until?: number,
): Promise<ModelReference> {
  const { plan, candidateId: candidate, dense } = input;
  const { task, accelerator, batch } = plan;
  const pruned = await trainingOn(plan.deviceClass).prune({
    task,
    candidate,
    dense,
    ...(from && { from: from.artifact }),
    schedule: stage.schedule,
    accelerator,
    batch,
  });
  return fineTune(input, stage, pruned, until);
}

function fineTune(
  { plan, candidateId: candidate, dense }: CandidateInput,
  { name, schedule }: Stage,
  pruned: ModelReference,
  until?: number,
): Promise<ModelReference> {
  const { task, imagesPerEpoch } = plan;
  return trainingOn(plan.deviceClass).fineTune({
    task,
    candidate,
    pruned: pruned.artifact,
    ...(name !== undefined && { stage: name }),
    epochs: schedule.fineTune.epochs,
    ...(until !== undefined && { until }),
    imagesPerEpoch,
    schedule,
    dense,
  });
}

function evaluate({ plan: { deviceClass, task } }: CandidateInput, model: string): Promise<Measurement> {
  return trainingOn(deviceClass).evaluate({ task, model, split: 'validation' });
}
