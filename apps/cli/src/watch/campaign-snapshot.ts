import type { Campaign, CampaignEvent, Front, Worker } from '@espalier/contracts';
import type { CompletionPace } from './completion-rate.js';
import type { WorkerUtilisation } from './worker-utilisation.js';

/** A campaign at one look. */
export interface CampaignSnapshot {
  readonly campaign: Campaign;
  readonly front: Front;
  readonly workers: readonly Worker[];
  readonly utilisation: WorkerUtilisation;
  /** The last, the newest first. */
  readonly failures: readonly CampaignEvent[];
  /** Errors of attempts that are tried again: the last, the newest first. */
  readonly attempts: readonly CampaignEvent[];
  readonly pace: CompletionPace;
}

export interface WatchView {
  show(watched: CampaignSnapshot): void;
  close(): void;
}
