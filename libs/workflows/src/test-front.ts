import type { CampaignPlan, Measurement } from '@espalier/contracts';
import { ApplicationFailure } from '@temporalio/common';
import { isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import { campaignActivities, failureOf, isLostArtifact, localCampaignActivities, trainingOn } from './activities.js';
import { mapWithConcurrency } from './map-with-concurrency.js';
import { pruneAndTrain } from './prune-and-train.js';

interface Member {
  readonly candidateId: string;
  readonly artifact: string;
}

/**
 * Measures each member of the final front on the test split: the only use of that split.
 *
 * @returns false when the history has grown long, and members are left for a run that continues as
 *   new
 */
export async function testFront(campaignId: string, plan: CampaignPlan, dense: string): Promise<boolean> {
  // Histories from before it test one after the other, all in one run, and end where a model is
  // damaged.
  const isSideBySide = patched('tests-side-by-side');
  const activities = isSideBySide ? localCampaignActivities : campaignActivities;
  const evaluate = (model: string): Promise<Measurement> =>
    trainingOn(plan.deviceClass).evaluate({ task: plan.task, model, split: 'test' });

  const measure = async ({ candidateId, artifact }: Member): Promise<Measurement> => {
    try {
      return await evaluate(artifact);
    } catch (error) {
      if (!isSideBySide || !isLostArtifact(error)) throw error;
      const { model } = await pruneAndTrain(plan, dense, await activities.candidateRecipe(campaignId, candidateId));
      // It is the same, bit for bit, where a device adds up in one order; another's accuracy is not
      // this one's.
      if (model.artifact !== artifact) {
        const message = `the model of candidate ${candidateId} is lost, and came out otherwise when it was made again`;
        throw ApplicationFailure.nonRetryable(message, 'ArtifactLostError');
      }
      return evaluate(artifact);
    }
  };

  const test = async (member: Member): Promise<void> => {
    const { candidateId } = member;
    let measured: Measurement;
    try {
      measured = await measure(member);
    } catch (error) {
      if (!isSideBySide || isCancellation(error)) throw error;
      // What a campaign has found is not lost for one of its members.
      return activities.recordUntested(campaignId, candidateId, failureOf(error));
    }
    await activities.recordTest(campaignId, candidateId, measured);
  };

  const left = await campaignActivities.untestedFrontMembers(campaignId);
  await mapWithConcurrency(
    left,
    isSideBySide ? plan.parallelism : 1,
    test,
    () => isSideBySide && workflowInfo().continueAsNewSuggested,
  );
  return left.length === 0;
}
