import type { CampaignPlan, ProposedCandidate } from '@espalier/contracts';
import { candidateWorkflowId } from '@espalier/contracts/workflow-messages';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { condition, ParentClosePolicy, patched, startChild } from '@temporalio/workflow';
import { campaignActivities, localCampaignActivities } from './activities.js';
import type { CampaignStatus } from './campaign-status.js';
import { candidate } from './candidate.js';
import type { CandidateWindow } from './candidate-window.js';
import { cancelCandidates, releaseCandidates } from './message-candidates.js';

/** How often the store is read for lost messages, lost candidates and exhausted budgets. */
const READ_STORE_EVERY_MS = 30_000;

/** What depends on when a campaign's history began. */
export interface CampaignVersion {
  /** The store is read at intervals; earlier, only when no message had come for so long. */
  readonly readsStoreAtIntervals: boolean;
  /** Candidates start by an activity; earlier, as children, which Temporal starts one by one. */
  readonly startsByActivity: boolean;
  /** Local activities need no way through Temporal and back. */
  readonly activities: typeof campaignActivities;
}

export function campaignVersion(): CampaignVersion {
  return {
    readsStoreAtIntervals: patched('looks-at-intervals'),
    startsByActivity: patched('starts-by-activity'),
    activities: patched('campaign-local-bookkeeping') ? localCampaignActivities : campaignActivities,
  };
}

/** Keeps a campaign's window filled with candidates until its budgets are exhausted. */
export class CandidateRunner {
  #nextRead = Date.now() + READ_STORE_EVERY_MS;

  constructor(
    private readonly campaignId: string,
    private readonly version: CampaignVersion,
    private readonly status: CampaignStatus,
    private readonly window: CandidateWindow,
  ) {}

  /**
   * Proposes, starts and awaits candidates until no more are proposed and none runs, or the
   * campaign is cancelled.
   *
   * @param dense the artifact of the dense network
   * @param continueAsNew is awaited when the history has grown long; it returns only when the
   *   campaign is cancelled meanwhile
   */
  async run(
    plan: CampaignPlan,
    dense: string,
    continueAsNew: { readonly isDue: () => boolean; readonly now: () => Promise<void> },
  ): Promise<void> {
    const { campaignId, version, status, window } = this;
    const isCancelling = (): boolean => status.isCancelling;
    let isExhausted = false;
    while (!status.isCancelling && (!isExhausted || window.size > 0)) {
      if (continueAsNew.isDue()) {
        await continueAsNew.now();
        continue;
      }
      const room = status.isPaused ? 0 : plan.parallelism - window.size;
      if (room > 0 && !isExhausted) {
        const proposed = await version.activities.ask(campaignId, room, window.running);
        // With rungs, results that are still to come may promote candidates.
        if (proposed.length === 0 && plan.hasRungs && window.size > 0) {
          await this.#awaitFinished(plan, dense, isCancelling);
        } else if (proposed.length === 0) isExhausted = true;
        await this.#start(plan, dense, proposed);
      } else if (window.size === 0) {
        await condition(() => !status.isPaused || status.isCancelling);
      } else {
        await this.#awaitFinished(plan, dense, isCancelling);
      }
    }
  }

  /** Waits until no candidate runs. */
  async drain(plan: CampaignPlan, dense: string): Promise<void> {
    while (this.window.size > 0) await this.#awaitFinished(plan, dense);
  }

  /** @param isInterrupted ends the wait early */
  async #awaitFinished(plan: CampaignPlan, dense: string, isInterrupted = (): boolean => false): Promise<void> {
    const { campaignId, version, status, window } = this;
    const atIntervals = version.readsStoreAtIntervals;
    const patience = atIntervals ? Math.max(1, this.#nextRead - Date.now()) : READ_STORE_EVERY_MS;
    const hasCome = await condition(() => window.hasMessages || isInterrupted(), patience);
    const isTimeToRead = !hasCome || (atIntervals && Date.now() >= this.#nextRead);
    const messages = window.takeMessages();
    const unsure = isTimeToRead ? window.running : messages;
    if (isTimeToRead) this.#nextRead = Date.now() + READ_STORE_EVERY_MS;
    if (unsure.length === 0) return;
    window.finish(await version.activities.tell(campaignId, unsure));
    if (!isTimeToRead || status.isCancelling) return;
    if (plan.isTimed && (await version.activities.isBudgetExhausted(campaignId))) cancelCandidates(window.running);
    else await this.#restartCandidatesWithoutWorkflow(plan, dense);
  }

  /**
   * Starts candidates again that are unfinished in the store and have no workflow: they were
   * terminated by hand, or lost with Temporal's data.
   */
  async #restartCandidatesWithoutWorkflow(plan: CampaignPlan, dense: string): Promise<void> {
    const unfinished = await this.version.activities.unfinishedCandidates(this.campaignId);
    await this.#start(
      plan,
      dense,
      unfinished.filter(({ candidateId }) => this.window.has(candidateId)),
    );
  }

  async #start(plan: CampaignPlan, dense: string, proposed: readonly ProposedCandidate[]): Promise<void> {
    const { campaignId, version, status, window } = this;
    if (!version.startsByActivity) {
      for (const each of proposed) await this.#startAsChild(plan, dense, each);
      return;
    }
    if (proposed.length === 0) return;
    const candidateIds = proposed.map(({ candidateId }) => candidateId);
    window.start(candidateIds);
    await version.activities.startCandidates({ campaignId, dense, plan }, [...proposed]);
    // Those whose workflows did not exist when the campaign was cancelled, or paused at once.
    if (status.isCancelling) cancelCandidates(window.running);
    releaseCandidates(candidateIds.filter((candidateId) => !window.has(candidateId)));
  }

  async #startAsChild(plan: CampaignPlan, dense: string, proposed: ProposedCandidate): Promise<void> {
    this.window.start([proposed.candidateId]);
    try {
      await startChild(candidate, {
        workflowId: candidateWorkflowId(proposed.candidateId),
        args: [{ ...proposed, campaignId: this.campaignId, dense, plan }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
      });
    } catch (error) {
      // An earlier run of this campaign started it: its message, or the store, tells the rest.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}
