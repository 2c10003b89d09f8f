import type { CampaignInput, CampaignPlan } from '@espalier/contracts';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import { campaignActivities, failureOf, trainingOn } from './activities.js';
import { handleMessages } from './campaign-handlers.js';
import { CampaignStatus } from './campaign-status.js';
import { CandidateWindow } from './candidate-window.js';
import { resolveDeviceClass } from './resolve-device-class.js';
import { CandidateRunner, campaignVersion } from './run-candidates.js';
import { testFront } from './test-front.js';

/**
 * One campaign: the dense network, then a sliding window of candidates up to the budget, then the
 * front on the test split. The workflow holds a window and no results: those are in the store. A
 * run that continues as new, or starts again after everything was lost, goes on with the candidates
 * that are unfinished there.
 */
export async function campaign(input: CampaignInput): Promise<void> {
  const { campaignId } = input;
  const status = new CampaignStatus(input.paused ?? false);
  const window = new CandidateWindow();
  const scope = new CancellationScope();
  handleMessages(campaignId, status, window, scope);

  const loaded = await campaignActivities.loadPlan(campaignId);
  const runner = new CandidateRunner(campaignId, campaignVersion(), status, window);
  if (loaded.state === 'pending') await campaignActivities.recordCampaignState(campaignId, 'running', null);

  const continueLater = async (): Promise<void> => {
    await condition(allHandlersFinished);
    // When it is cancelled while a handler records, it ends in this run: the next does not know.
    if (!status.isCancelling) await continueAsNew<typeof campaign>({ ...input, paused: status.isPaused });
  };
  const continuing = { isDue: () => workflowInfo().continueAsNewSuggested, now: continueLater };

  let started: { readonly plan: CampaignPlan; readonly dense: string } | undefined;
  try {
    const plan = await scope.run(() => resolveDeviceClass(campaignId, loaded));
    const dense = await scope.run(() => denseModel(campaignId, plan));
    started = { plan, dense };
    await runner.run(plan, dense, continuing);
    await runner.drain(plan, dense);
    if (!status.isCancelling && !(await scope.run(() => testFront(campaignId, plan, dense)))) await continueLater();
    await campaignActivities.recordCampaignState(
      campaignId,
      ...status.end(status.isCancelling ? 'cancelled' : 'completed'),
    );
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    if (status.isCancelled) {
      if (started) await runner.drain(started.plan, started.dense);
      await campaignActivities.recordCampaignState(campaignId, ...status.end('cancelled'));
    } else {
      await campaignActivities.recordCampaignState(campaignId, ...status.end('failed', failureOf(error)));
    }
  }
  await condition(allHandlersFinished);
}

/** The dense network of the campaign's task: trained once, measured on both splits, shared. */
async function denseModel(campaignId: string, plan: CampaignPlan): Promise<string> {
  if (plan.dense) return plan.dense.artifact;
  const training = trainingOn(plan.deviceClass);
  const { task } = plan;
  const model = await training.trainDense({ task });
  const validation = await training.evaluate({ task, model: model.artifact, split: 'validation' });
  const test = await training.evaluate({ task, model: model.artifact, split: 'test' });
  const { artifact } = await campaignActivities.recordDense(campaignId, model, validation, test);
  return artifact;
}
