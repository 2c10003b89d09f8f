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

/** How long to wait before looking again whether another candidate has done the same work. */
const LOOK_AGAIN = '5s';
/** Another run has claimed the candidate, and records its end. */
const FENCED: ErrorTypeName = 'FencedError';
const TRIES_WITH_NEW_ARTIFACTS = 3;

/**
 * Tries one schedule: prune, fine-tune, evaluate, record; or takes the result of a candidate that
 * did the same. However it ends, the end is recorded and the campaign told.
 */
export async function candidate(input: CandidateInput): Promise<void> {
  const { campaignId, candidateId } = input;
  const { runId } = workflowInfo();
  const isLocal = patched('local-bookkeeping');
  const books = isLocal ? localCampaignActivities : campaignActivities;
  const scope = new CancellationScope();
  let isReleased = false;
  setHandler(releaseSignal, () => {
    isReleased = true;
    scope.cancel();
  });
  try {
    await scope.run(async () => {
      let taken = await books.claimCandidate(campaignId, candidateId, runId);
      while (isRunningElsewhere(taken)) {
        await sleep(LOOK_AGAIN);
        taken = await books.claimCandidate(campaignId, candidateId, runId);
      }
      if (!isFinished(taken)) await tryCandidate(input, runId, books);
    });
  } catch (error) {
    if (failureOf(error).type === FENCED) return;
    const cancelled = isCancellation(error);
    if (cancelled && isReleased) return books.releaseCandidate(campaignId, candidateId, runId);
    const failure = cancelled
      ? { type: 'Cancelled', message: 'the campaign was cancelled, or its budget of time is used up' }
      : failureOf(error);
    const state = cancelled ? 'cancelled' : failure.type === 'DivergedError' ? 'diverged' : 'failed';
    try {
      await CancellationScope.nonCancellable(() => books.recordFailure(campaignId, candidateId, state, failure, runId));
    } catch (late) {
      if (failureOf(late).type !== FENCED) throw late;
      return;
    }
  }
  await CancellationScope.nonCancellable(async () => {
    if (isLocal) return books.signalFinished(campaignId, candidateId);
    try {
      await getExternalWorkflowHandle(campaignWorkflowId(campaignId)).signal(candidateSettledSignal, { candidateId });
    } catch {
      // The campaign has ended meanwhile, or is between two runs: it finds the record in the store.
    }
  });
}

/** Claims in histories of the version before were answered in other words. */
const isRunningElsewhere = (claim: string | undefined): boolean =>
  claim === 'running-elsewhere' || claim === 'under-way';
const isFinished = (claim: string | undefined): boolean => claim === 'finished' || claim === 'settled';

/** A file that is found damaged has been set aside: it is made again from what came before it. */
async function tryCandidate(input: CandidateInput, runId: string, books: typeof campaignActivities): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      // What a rung left may be what is damaged: then it begins at the first.
      const { model, measurement } = await pruneAndTrain(
        input.plan,
        input.dense,
        tries === 1 ? input : { ...input, rung: fromStart(input.rung) },
      );
      await books.recordCandidate(input.campaignId, input.candidateId, model, measurement, runId);
      return;
    } catch (error) {
      if (tries === TRIES_WITH_NEW_ARTIFACTS || !isLostArtifact(error)) throw error;
    }
  }
}

function fromStart(rung: Rung | undefined): Rung | undefined {
  return rung && { until: rung.until };
}
