import type { CampaignPlan, ReevaluationInput, ReplicateOutcome, PendingReplicate } from '@espalier/contracts';
import { ApplicationFailure } from '@temporalio/common';
import { CancellationScope, continueAsNew, isCancellation, workflowInfo } from '@temporalio/workflow';
import { campaignActivities, failureOf, trainingOn } from './activities.js';
import { mapWithConcurrency } from './map-with-concurrency.js';
import { resolveDeviceClass } from './resolve-device-class.js';
import { pruneAndTrain } from './prune-and-train.js';

/** Replicates read at a time, per running one: between two reads the run may continue as new. */
const LOT = 5;

/**
 * Prunes and trains the members of a front again with other seeds, as many at once as the campaign
 * tries candidates. What is to be done is in the store, and each end is recorded there: a run that
 * is started anew goes on with what is left. When it is cancelled, that is given up.
 */
export async function reevaluation({ campaignId }: ReevaluationInput): Promise<void> {
  const loaded = await campaignActivities.loadPlan(campaignId);
  const dense = loaded.dense?.artifact;
  if (dense === undefined) throw ApplicationFailure.nonRetryable('the campaign has no dense network', 'NoDenseNetwork');

  const again = async (plan: CampaignPlan, replicate: PendingReplicate): Promise<ReplicateOutcome> => {
    const { model, measurement } = await pruneAndTrain(plan, dense, replicate);
    const test = await trainingOn(plan.deviceClass).evaluate({ task: plan.task, model: model.artifact, split: 'test' });
    return { validation: measurement, test };
  };
  const record = async (plan: CampaignPlan, next: PendingReplicate): Promise<void> => {
    const outcome = await again(plan, next).catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      return { failure: failureOf(error) };
    });
    const { candidateId, replicate } = next;
    await campaignActivities.recordReplicate(campaignId, { candidateId, replicate }, outcome);
  };

  try {
    const plan = await resolveDeviceClass(campaignId, loaded);
    for (;;) {
      const lot = await campaignActivities.pendingReplicates(campaignId, LOT * plan.parallelism);
      if (lot.length === 0) return;
      await mapWithConcurrency(lot, plan.parallelism, (next) => record(plan, next));
      if (workflowInfo().continueAsNewSuggested) break;
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(() => campaignActivities.dropReplicates(campaignId));
  }
  await continueAsNew<typeof reevaluation>({ campaignId });
}
