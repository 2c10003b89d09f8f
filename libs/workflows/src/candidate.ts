import type { CandidateInput, ModelReference } from '@espalier/contracts';
import { campaignWorkflowId } from '@espalier/contracts/workflow-messages';
import { CancellationScope, getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import { bookkeeping, failureOf, trainingOn } from './activities.js';
import { candidateSettledSignal } from './messages.js';

const LOST_ARTIFACT = new Set(['ArtifactCorruptError', 'ArtifactMissingError']);
const TRIES_WITH_NEW_ARTIFACTS = 3;

/**
 * Tries one schedule: prune, fine-tune, evaluate, record. However it ends, the end is recorded and the campaign told.
 */
export async function candidate(input: CandidateInput): Promise<void> {
  const { campaignId, candidateId } = input;
  try {
    await bookkeeping.recordRunning(campaignId, candidateId);
    await tryCandidate(input);
  } catch (error) {
    const cancelled = isCancellation(error);
    const failure = cancelled ? { type: 'Cancelled', message: 'the campaign was cancelled' } : failureOf(error);
    const state = cancelled ? 'cancelled' : failure.type === 'DivergedError' ? 'diverged' : 'failed';
    await CancellationScope.nonCancellable(() => bookkeeping.recordFailure(campaignId, candidateId, state, failure));
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
async function tryCandidate(input: CandidateInput): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const model = await train(input);
      const measurement = await trainingOn(input.plan.deviceClass).evaluate({
        task: input.plan.task,
        model: model.artifact,
        split: 'validation',
      });
      await bookkeeping.recordCandidate(input.campaignId, input.candidateId, model, measurement);
      return;
    } catch (error) {
      if (tries === TRIES_WITH_NEW_ARTIFACTS || !LOST_ARTIFACT.has(failureOf(error).type)) throw error;
    }
  }
}

async function train({ plan, candidateId, schedule, dense }: CandidateInput): Promise<ModelReference> {
  const training = trainingOn(plan.deviceClass);
  const { task, accelerator, batch, imagesPerEpoch } = plan;
  const pruned = await training.prune({ task, candidate: candidateId, dense, schedule, accelerator, batch });
  const { epochs } = schedule.fineTune;
  return training.fineTune({
    task,
    candidate: candidateId,
    pruned: pruned.artifact,
    epochs,
    imagesPerEpoch,
    schedule,
    dense,
  });
}
