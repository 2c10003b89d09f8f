import { attemptLines } from '../output/attempt-lines.js';
import { endedOf } from './completion-rate.js';
import { duration, note } from '../output/print.js';
import { beforeCandidates, formatBest, formatCounts, workersFor } from './format-progress.js';
import type { CampaignSnapshot, WatchView } from './campaign-snapshot.js';

const EVERY_MS = 15_000;

/** Prints a line for each finished candidate, and at intervals: for logs. */
export class LineView implements WatchView {
  #last = 0;
  #ended = -1;
  #lastAttempt = '';

  show(watched: CampaignSnapshot): void {
    const [newest] = watched.attempts;
    if (newest && newest.id !== this.#lastAttempt) note(attemptLines([newest])[0]);
    this.#lastAttempt = newest?.id ?? '';
    const ended = endedOf(watched.campaign.counts);
    if (ended === this.#ended && Date.now() - this.#last < EVERY_MS) return;
    this.#last = Date.now();
    this.#ended = ended;
    note(progressLine(watched));
  }

  close(): void {
    // A line is complete when it is written.
  }
}

function progressLine({ campaign, front, workers, pace }: CampaignSnapshot): string {
  const { able, waitsFor } = workersFor(campaign, workers);
  const instead = campaign.state === 'pending' ? beforeCandidates(campaign) : (waitsFor ?? beforeCandidates(campaign));
  if (instead !== undefined) return instead;
  const ready = able.filter(({ state }) => state === 'ready');
  const sum = (key: 'busy' | 'slots'): number => ready.reduce((total, worker) => total + worker[key], 0);
  return [
    formatCounts(campaign),
    formatBest(front),
    `hypervolume ${campaign.hypervolume?.toFixed(4) ?? '–'}`,
    `${sum('busy')} of ${sum('slots')} slots busy`,
    `${duration(pace.secondsLeft)} left`,
  ].join(' · ');
}
