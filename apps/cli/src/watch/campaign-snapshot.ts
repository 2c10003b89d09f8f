import type { Campaign, CampaignEvent, Front, Worker } from '@espalier/contracts';
import type { CompletionPace } from './completion-rate.js';
import type { WorkerUtilisation } from './worker-utilisation.js';

/** A campaign's state at one time. */
export interface CampaignSnapshot {
  readonly campaign: Campaign;
  readonly front: Front;
  readonly workers: readonly Worker[];
  readonly utilisation: WorkerUtilisation;
  /** The last failures, the newest first. */
  readonly failures: readonly CampaignEvent[];
  /** The last errors of retried attempts, the newest first. */
  readonly attempts: readonly CampaignEvent[];
  readonly pace: CompletionPace;
}

export interface WatchView {
  show(watched: CampaignSnapshot): void;
  close(): void;
}
