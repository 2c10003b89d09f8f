import type { Campaign, CampaignEvent, Front, Worker } from '@espalier/contracts';
import type { Pace } from './completion-rate.js';
import type { WorkerUtilisation } from './worker-utilisation.js';

/** A campaign at one look. */
export interface Watched {
  readonly campaign: Campaign;
  readonly front: Front;
  readonly workers: readonly Worker[];
  readonly utilisation: WorkerUtilisation;
  /** The last, the newest first. */
  readonly failures: readonly CampaignEvent[];
  /** Errors of attempts that are tried again: the last, the newest first. */
  readonly attempts: readonly CampaignEvent[];
  readonly pace: Pace;
}

export interface WatchView {
  show(watched: Watched): void;
  close(): void;
}
