import { setTimeout } from 'node:timers/promises';
import { campaignWorkflowId } from '@espalier/contracts';
import { candidatesSettledSignal } from '@espalier/workflows/client';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';

/** Short to whoever waits for a result, and with many candidates a second long enough for several. */
const GATHER_MS = 50;

interface Gathering {
  readonly candidateIds: string[];
  readonly sent: Promise<void>;
}

/** Tells campaigns' workflows of candidates whose end is recorded: with one signal of those that end within a moment. */
export class SettledSignals {
  readonly #gathering = new Map<string, Gathering>();

  constructor(private readonly client: Client) {}

  /** Returns when the campaign's workflow, where there is one, has been told. */
  tell(campaignId: string, candidateId: string): Promise<void> {
    let gathering = this.#gathering.get(campaignId);
    if (!gathering) {
      const candidateIds: string[] = [];
      gathering = { candidateIds, sent: this.#gatherAndSend(campaignId, candidateIds) };
      this.#gathering.set(campaignId, gathering);
    }
    gathering.candidateIds.push(candidateId);
    return gathering.sent;
  }

  async #gatherAndSend(campaignId: string, candidateIds: readonly string[]): Promise<void> {
    await setTimeout(GATHER_MS);
    this.#gathering.delete(campaignId);
    try {
      const campaign = this.client.workflow.getHandle(campaignWorkflowId(campaignId));
      await campaign.signal(candidatesSettledSignal, [...candidateIds]);
    } catch (error) {
      // It has ended meanwhile, or is yet to be started anew: then it finds the records in the store.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}
