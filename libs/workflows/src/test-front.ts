import type { CampaignPlan } from '@espalier/contracts';
import { patched, workflowInfo } from '@temporalio/workflow';
import { bookkeeping, localBookkeeping, trainingOn } from './activities.js';

/**
 * The only look at the test split: one for each member of the final front, as many at once as candidates are tried.
 *
 * @returns false where the history has grown long: members are left for a run that continues as new
 */
export async function testFront(campaignId: string, plan: CampaignPlan): Promise<boolean> {
  const training = trainingOn(plan.deviceClass);
  // Histories from before it test one after the other, all in one run.
  const isSideBySide = patched('tests-side-by-side');
  const books = isSideBySide ? localBookkeeping : bookkeeping;
  const left = await bookkeeping.frontWithoutTest(campaignId);
  const isLong = (): boolean => isSideBySide && workflowInfo().continueAsNewSuggested;
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next; next = isLong() ? undefined : left.shift()) {
      const measurement = await training.evaluate({ task: plan.task, model: next.artifact, split: 'test' });
      await books.recordTest(campaignId, next.candidateId, measurement);
    }
  };
  await Promise.all(Array.from({ length: isSideBySide ? plan.parallelism : 1 }, lane));
  return left.length === 0;
}
