import type { CandidateInput, ErrorTypeName, Rung } from '@espalier/contracts';
import { campaignWorkflowId } from '@espalier/contracts/workflow-messages';
import {
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { campaignActivities, failureOf, isLostArtifact, localCampaignActivities } from './activities.js';
import { candidateSettledSignal, releaseSignal } from './messages.js';
import { pruneAndTrain } from './prune-and-train.js';

/** Interval of claims while another candidate with the same deduplication key runs. */
const LOOK_AGAIN = '5s';
/** Another run has claimed the candidate, and records its end. */
const FENCED: ErrorTypeName = 'FencedError';
const TRIES_WITH_NEW_ARTIFACTS = 3;

/**
 * Tries one schedule: prune, fine-tune, evaluate, record; or reuses a result. The end is recorded
 * and signalled to the campaign, whatever it is.
 */
export async function candidate(input: CandidateInput): Promise<void> {
  const { campaignId, candidateId } = input;
  const { runId } = workflowInfo();
  const isLocal = patched('local-bookkeeping');
  const activities = isLocal ? localCampaignActivities : campaignActivities;
  const scope = new CancellationScope();
  let isReleased = false;
  setHandler(releaseSignal, () => {
    isReleased = true;
    scope.cancel();
  });
  try {
    await scope.run(async () => {
      let claim = await activities.claimCandidate(campaignId, candidateId, runId);
      while (isRunningElsewhere(claim)) {
        await sleep(LOOK_AGAIN);
        claim = await activities.claimCandidate(campaignId, candidateId, runId);
      }
      if (!isFinished(claim)) await tryCandidate(input, runId, activities);
    });
  } catch (error) {
    if (failureOf(error).type === FENCED) return;
    const cancelled = isCancellation(error);
    if (cancelled && isReleased) return activities.releaseCandidate(campaignId, candidateId, runId);
    const failure = cancelled
      ? { type: 'Cancelled', message: 'the campaign was cancelled, or its budget of time is used up' }
      : failureOf(error);
    const state = cancelled ? 'cancelled' : failure.type === 'DivergedError' ? 'diverged' : 'failed';
    try {
      await CancellationScope.nonCancellable(() =>
        activities.recordFailure(campaignId, candidateId, state, failure, runId),
      );
    } catch (late) {
      if (failureOf(late).type !== FENCED) throw late;
      return;
    }
  }
  await CancellationScope.nonCancellable(async () => {
    if (isLocal) return activities.signalFinished(campaignId, candidateId);
    try {
      await getExternalWorkflowHandle(campaignWorkflowId(campaignId)).signal(candidateSettledSignal, { candidateId });
    } catch {
      // The campaign has finished, or is between two runs: it reads the record in the store.
    }
  });
}

/** Claims in histories of the version before were answered in other words. */
const isRunningElsewhere = (claim: string | undefined): boolean =>
  claim === 'running-elsewhere' || claim === 'under-way';
const isFinished = (claim: string | undefined): boolean => claim === 'finished' || claim === 'settled';

/**
 * Trains a candidate. A damaged file has been set aside: it is made again from what came before.
 */
async function tryCandidate(
  input: CandidateInput,
  runId: string,
  activities: typeof campaignActivities,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      // The damaged file may be a rung's: then training begins at the first rung.
      const { model, measurement } = await pruneAndTrain(
        input.plan,
        input.dense,
        tries === 1 ? input : { ...input, rung: fromStart(input.rung) },
      );
      await activities.recordCandidate(input.campaignId, input.candidateId, model, measurement, runId);
      return;
    } catch (error) {
      if (tries === TRIES_WITH_NEW_ARTIFACTS || !isLostArtifact(error)) throw error;
    }
  }
}

function fromStart(rung: Rung | undefined): Rung | undefined {
  return rung && { until: rung.until };
}
