import type { CampaignState, Failure } from '@espalier/contracts';
import { ApplicationFailure } from '@temporalio/workflow';

type Phase =
  | { readonly name: 'running' | 'paused' }
  /** Its candidates are being stopped; `state` is what the store still has. */
  | { readonly name: 'cancelling'; readonly state: 'running' | 'paused' }
  | { readonly name: 'ended'; readonly state: 'completed' | 'cancelled' | 'failed' };

/** The phase that a campaign's workflow is in. */
export class CampaignStatus {
  #phase: Phase;

  constructor(isPaused: boolean) {
    this.#phase = { name: isPaused ? 'paused' : 'running' };
  }

  get state(): CampaignState {
    return 'state' in this.#phase ? this.#phase.state : this.#phase.name;
  }

  get isPaused(): boolean {
    return this.state === 'paused';
  }

  get isCancelling(): boolean {
    return this.#phase.name === 'cancelling';
  }

  /** Whether a cancellation has begun, or is recorded. */
  get isCancelled(): boolean {
    return this.isCancelling || this.state === 'cancelled';
  }

  pause(): void {
    this.#set('paused');
  }

  resume(): void {
    this.#set('running');
  }

  cancel(): void {
    if (this.#phase.name === 'running' || this.#phase.name === 'paused') {
      this.#phase = { name: 'cancelling', state: this.#phase.name };
    }
  }

  /** @returns what the store is to record */
  end(state: 'completed' | 'cancelled' | 'failed', failure: Failure | null = null): [CampaignState, Failure | null] {
    this.#phase = { name: 'ended', state };
    return [state, failure];
  }

  /** @throws ApplicationFailure when the campaign is being cancelled or has ended */
  requireOpen(verb: string): void {
    const { name } = this.#phase;
    if (name === 'running' || name === 'paused') return;
    const now = name === 'ended' ? this.state : 'being cancelled';
    throw ApplicationFailure.nonRetryable(`the campaign is ${now}: it cannot be ${verb}`, 'CampaignOver');
  }

  #set(name: 'running' | 'paused'): void {
    this.#phase = this.#phase.name === 'cancelling' ? { ...this.#phase, state: name } : { name };
  }
}
