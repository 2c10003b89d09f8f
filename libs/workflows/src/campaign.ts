import type { ProposedCandidate, CampaignInput, CampaignPlan, CampaignProgress } from '@espalier/contracts';
import { candidateWorkflowId } from '@espalier/contracts/workflow-messages';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  patched,
  setHandler,
  startChild,
  workflowInfo,
  type ExternalWorkflowHandle,
} from '@temporalio/workflow';
import { campaignActivities, failureOf, localCampaignActivities, trainingOn } from './activities.js';
import { candidate } from './candidate.js';
import {
  cancelUpdate,
  candidateSettledSignal,
  candidatesSettledSignal,
  pauseUpdate,
  progressQuery,
  releaseSignal,
  resumeUpdate,
} from './messages.js';
import { resolveDeviceClass } from './resolve-device-class.js';
import { testFront } from './test-front.js';

/**
 * How often the store is asked whether a candidate's signal went missing, a candidate itself, or a
 * budget.
 */
const LOOK_AGAIN_MS = 30_000;

/**
 * One campaign: the dense network, then a sliding window of candidates up to the budget, then the
 * front on the test split. It holds a window and no results: those are in the store, and a run that
 * continues as new, or is started anew after everything was lost, takes up the candidates that the
 * store says are not settled.
 */
export async function campaign(input: CampaignInput): Promise<void> {
  const { campaignId } = input;
  const inFlight = new Set<string>();
  const settled: string[] = [];
  let state: CampaignProgress['state'] = input.paused ? 'paused' : 'running';
  let started = 0;
  let settledCount = 0;
  let cancelling = false;
  let ended = false;
  const scope = new CancellationScope();

  const tellCandidates = (
    candidateIds: Iterable<string>,
    tell: (candidate: ExternalWorkflowHandle) => Promise<void>,
  ): void => {
    for (const candidateId of candidateIds) {
      // One that has ended just now cannot be told, and need not be.
      void tell(getExternalWorkflowHandle(candidateWorkflowId(candidateId))).catch(() => undefined);
    }
  };
  const stopCandidates = (): void => tellCandidates(inFlight, (each) => each.cancel());
  // They are asked for again after a resume: the store has them as not settled.
  const releaseCandidates = (candidateIds: Iterable<string>): void =>
    tellCandidates(candidateIds, (each) => each.signal(releaseSignal));
  const progress = (): CampaignProgress => ({ state, running: inFlight.size, started, settled: settledCount });
  const refuseWhenOver =
    (verb: string): ((...how: unknown[]) => void) =>
    () => {
      if (ended || cancelling) {
        throw ApplicationFailure.nonRetryable(
          `the campaign is ${ended ? state : 'being cancelled'}: it cannot be ${verb}`,
          'CampaignOver',
        );
      }
    };
  setHandler(progressQuery, progress);
  setHandler(candidatesSettledSignal, (candidateIds) => void settled.push(...candidateIds));
  setHandler(candidateSettledSignal, ({ candidateId }) => void settled.push(candidateId));
  setHandler(
    pauseUpdate,
    async (how) => {
      state = 'paused';
      if (how?.now) {
        releaseCandidates(inFlight);
        inFlight.clear();
      }
      await campaignActivities.recordCampaignState(campaignId, 'paused', null);
      return progress();
    },
    { validator: refuseWhenOver('paused') },
  );
  setHandler(
    resumeUpdate,
    async () => {
      state = 'running';
      await campaignActivities.recordCampaignState(campaignId, 'running', null);
      return progress();
    },
    { validator: refuseWhenOver('resumed') },
  );
  setHandler(
    cancelUpdate,
    () => {
      cancelling = true;
      scope.cancel();
      stopCandidates();
      return progress();
    },
    { validator: refuseWhenOver('cancelled') },
  );

  const loaded = await campaignActivities.loadPlan(campaignId);
  let plan: CampaignPlan;
  // Histories from before it look again only when no signal has come for so long.
  const looksAtIntervals = patched('looks-at-intervals');
  // And have candidates as children, of which Temporal starts one after the other.
  const startsByActivity = patched('starts-by-activity');
  // And each look, each ask and each start is an activity of its own, with a way through Temporal
  // and back.
  const books = patched('campaign-local-bookkeeping') ? localCampaignActivities : campaignActivities;
  let nextLook = Date.now() + LOOK_AGAIN_MS;
  if (loaded.state === 'pending') await campaignActivities.recordCampaignState(campaignId, 'running', null);

  const startAsChild = async (dense: string, asked: ProposedCandidate): Promise<void> => {
    inFlight.add(asked.candidateId);
    started++;
    try {
      await startChild(candidate, {
        workflowId: candidateWorkflowId(asked.candidateId),
        args: [{ ...asked, campaignId, dense, plan }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
      });
    } catch (error) {
      // Started by an earlier run of this campaign: its signal, or the store, will tell.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };

  const startAll = async (dense: string, asked: ProposedCandidate[]): Promise<void> => {
    if (!startsByActivity) {
      for (const each of asked) await startAsChild(dense, each);
      return;
    }
    if (asked.length === 0) return;
    const candidateIds = asked.map(({ candidateId }) => candidateId);
    for (const candidateId of candidateIds) inFlight.add(candidateId);
    started += asked.length;
    await books.startCandidates({ campaignId, dense, plan }, asked);
    // Those that were not there yet when all were told to stop.
    if (cancelling) stopCandidates();
    releaseCandidates(candidateIds.filter((candidateId) => !inFlight.has(candidateId)));
  };

  // `interrupted` ends the wait early; when a campaign is cancelled its last candidates are waited
  // for without it.
  const collect = async (interrupted = (): boolean => false): Promise<void> => {
    const patience = looksAtIntervals ? Math.max(1, nextLook - Date.now()) : LOOK_AGAIN_MS;
    const signalled = await condition(() => settled.length > 0 || interrupted(), patience);
    const isTimeToLook = !signalled || (looksAtIntervals && Date.now() >= nextLook);
    const signals = settled.splice(0);
    const asking = isTimeToLook ? [...inFlight] : signals;
    if (isTimeToLook) nextLook = Date.now() + LOOK_AGAIN_MS;
    if (asking.length === 0) return;
    for (const candidateId of await books.tell(campaignId, asking)) {
      if (inFlight.delete(candidateId)) settledCount++;
    }
    if (!isTimeToLook || cancelling) return;
    if (plan.isTimed && (await books.isBudgetExhausted(campaignId))) stopCandidates();
    else await restartLost();
  };

  // A candidate that was terminated by hand, or lost with Temporal's data, has no end in the store
  // and no workflow.
  let denseArtifact = '';
  const restartLost = async (): Promise<void> => {
    const unfinished = await books.unfinishedCandidates(campaignId);
    await startAll(
      denseArtifact,
      unfinished.filter(({ candidateId }) => inFlight.has(candidateId)),
    );
  };

  const continueLater = async (): Promise<void> => {
    await condition(allHandlersFinished);
    // Cancelled while a verb's record was waited for, it ends in this run: the next would not know
    // of it.
    if (!cancelling) await continueAsNew<typeof campaign>({ ...input, paused: state === 'paused' });
  };

  try {
    plan = await scope.run(() => resolveDeviceClass(campaignId, loaded));
    denseArtifact = await scope.run(() => denseModel(campaignId, plan));
    let exhausted = false;
    while (!cancelling && (!exhausted || inFlight.size > 0)) {
      if (workflowInfo().continueAsNewSuggested) {
        await continueLater();
        continue;
      }
      const room = state === 'paused' ? 0 : plan.parallelism - inFlight.size;
      if (room > 0 && !exhausted) {
        const asked = await books.ask(campaignId, room, [...inFlight]);
        // With rungs, the results that are still to come may have others go on.
        if (asked.length === 0 && plan.hasRungs && inFlight.size > 0) await collect(() => cancelling);
        else if (asked.length === 0) exhausted = true;
        await startAll(denseArtifact, asked);
      } else if (inFlight.size === 0) {
        await condition(() => state !== 'paused' || cancelling);
      } else {
        await collect(() => cancelling);
      }
    }
    while (inFlight.size > 0) await collect();
    if (!cancelling && !(await scope.run(() => testFront(campaignId, plan, denseArtifact)))) await continueLater();
    state = cancelling ? 'cancelled' : 'completed';
    ended = true;
    await campaignActivities.recordCampaignState(campaignId, state, null);
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    if (cancelling) {
      while (inFlight.size > 0) await collect();
      state = 'cancelled';
      ended = true;
      await campaignActivities.recordCampaignState(campaignId, 'cancelled', null);
    } else {
      state = 'failed';
      ended = true;
      await campaignActivities.recordCampaignState(campaignId, 'failed', failureOf(error));
    }
  }
  await condition(allHandlersFinished);
}

/**
 * The dense network of the campaign's task: trained once, measured on both splits, shared by
 * campaigns.
 */
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
