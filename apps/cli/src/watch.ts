import { setTimeout } from 'node:timers/promises';
import type { Campaign, Front, Worker } from '@espalier/contracts';
import { SingleBar } from 'cli-progress';
import type { ApiClient } from './api-client.js';
import { CommandError } from './exit-codes.js';
import { timesLess } from './front-formats.js';
import { duration, note, percent } from './output.js';

const EVERY_MS = 1_000;
const PLAIN_EVERY_MS = 15_000;

/**
 * Follows a campaign until it ends, is paused, or `signal` aborts: a bar on a terminal, a line now and then elsewhere.
 *
 * @param onUnreachable called when the API does not answer; following goes on after it
 */
export async function watchCampaign(
  api: ApiClient,
  name: string,
  { signal, onUnreachable }: { signal?: AbortSignal; onUnreachable?: () => Promise<void> } = {},
): Promise<Campaign> {
  const rate = new CompletionRate();
  const view = process.stderr.isTTY ? new BarView() : new LineView();
  try {
    for (;;) {
      signal?.throwIfAborted();
      try {
        const campaign = await api.campaign(name);
        const line = progressLine(campaign, await api.front(name), await api.workers(), rate.secondsLeft(campaign));
        view.show(campaign, line);
        if (!['pending', 'running'].includes(campaign.state)) return campaign;
      } catch (error) {
        if (!(error instanceof CommandError && error.kind === 'unavailable' && onUnreachable)) throw error;
        await onUnreachable();
      }
      await setTimeout(EVERY_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  } finally {
    view.close();
  }
}

function progressLine(
  { dense, counts, hypervolume, state, spec: { deviceClass } }: Campaign,
  front: Front,
  workers: readonly Worker[],
  secondsLeft: number,
): string {
  if (state === 'pending') return 'waiting for the orchestrator';
  const able = workers.filter((worker) => deviceClass === undefined || worker.deviceClass === deviceClass);
  const ready = able.filter((worker) => worker.state === 'ready');
  if (ready.length === 0) {
    const [why] = able.flatMap(({ id, reason }) => (reason ? [`${id}: ${reason}`] : []));
    const which = deviceClass === undefined ? 'no worker' : `no worker with a ${deviceClass}`;
    return `${which} takes work, and what is asked for waits for one${why ? ` (${why})` : ''}`;
  }
  if (!dense) return 'training the dense network (one to three minutes)';
  const best = front.points.find(
    ({ validationAccuracy }) => (validationAccuracy ?? 0) >= dense.validationAccuracy - 0.01,
  );
  return [
    `${counts.completed} done${counts.stopped > 0 ? `, ${counts.stopped} stopped early` : ''}, ${counts.running} running, ${counts.diverged} diverged, ${counts.failed} failed`,
    best
      ? `best ${timesLess(front, best.energy)?.toFixed(2) ?? '–'} × less at ${percent(best.validationAccuracy)}`
      : 'none within 1 point yet',
    `hypervolume ${hypervolume?.toFixed(4) ?? '–'}`,
    `${sum(ready, 'busy')} of ${sum(ready, 'slots')} slots busy`,
    `${duration(secondsLeft)} left`,
  ].join(' · ');
}

const sum = (workers: readonly Worker[], key: 'busy' | 'slots'): number =>
  workers.reduce((total, worker) => total + worker[key], 0);

/** Time left, by how long the candidates that ended while watching took. */
class CompletionRate {
  #first: { at: number; ended: number } | undefined;

  secondsLeft({ counts, spec, dense, createdAt }: Campaign): number {
    const ended = endedOf(counts);
    if (!dense) return NaN;
    this.#first ??= { at: Date.now(), ended };
    const since = ended - this.#first.ended;
    const perCandidate = since > 0 ? (Date.now() - this.#first.at) / 1000 / since : NaN;
    const { candidates, wallClockHours = Infinity } = spec.budget;
    const clock = wallClockHours * 3600 - (Date.now() - Date.parse(createdAt)) / 1000;
    return Math.min(perCandidate * (candidates - ended), Math.max(0, clock));
  }
}

class BarView {
  readonly #bar = new SingleBar({
    format: '{bar} {value}/{total} · {line}',
    hideCursor: true,
    barsize: 20,
    stream: process.stderr,
  });
  #started = false;

  show({ counts, spec }: Campaign, line: string): void {
    const ended = endedOf(counts);
    if (!this.#started) this.#bar.start(spec.budget.candidates, ended, { line });
    this.#started = true;
    this.#bar.update(ended, { line });
  }
  close(): void {
    this.#bar.stop();
  }
}

class LineView {
  #last = 0;
  #ended = -1;

  show({ counts }: Campaign, line: string): void {
    const ended = endedOf(counts);
    if (ended === this.#ended && Date.now() - this.#last < PLAIN_EVERY_MS) return;
    this.#last = Date.now();
    this.#ended = ended;
    note(line);
  }
  close(): void {
    // A line is complete when it is written.
  }
}

function endedOf({ completed, stopped, diverged, failed, cancelled }: Campaign['counts']): number {
  return completed + stopped + diverged + failed + cancelled;
}
