import type { Front } from '@espalier/contracts';
import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import { attemptLines, firstLine } from '../output/attempt-lines.js';
import { candidatesIn } from '../output/format-budget.js';
import { endedOf } from './completion-rate.js';
import { formatReduction } from '../output/cost.js';
import { duration, percent } from '../output/print.js';
import { beforeCandidates, formatBest, formatCounts, workersFor } from './format-progress.js';
import type { CampaignSnapshot, WatchView } from './campaign-snapshot.js';

const MOST_WORKERS = 8;
const FEWEST_POINTS = 3;
const BAR = 24;

/** A live view on a terminal. */
export class LiveView implements WatchView {
  readonly #draw = createLogUpdate(process.stderr);

  show(watched: CampaignSnapshot): void {
    const { columns, rows } = process.stderr;
    this.#draw(liveLines(watched, columns, rows).join('\n'));
  }

  close(): void {
    this.#draw.done();
  }
}

/**
 * A campaign as lines that fit a terminal: state, rate, remaining time, front, workers, last
 * failures.
 */
export function liveLines(
  { campaign, front, workers, utilisation, failures, attempts, pace }: CampaignSnapshot,
  columns: number,
  rows: number,
): string[] {
  const { name, state, counts, spec } = campaign;
  const { able, waitsFor } = workersFor(campaign, workers);
  const limit = candidatesIn(spec.budget);
  const ended = endedOf(counts) / limit;
  const progress = Number.isFinite(limit) ? `${bar(ended, BAR)} ${percent(ended, 0)} · ` : '';
  const rate = Number.isNaN(pace.aMinute) ? '–' : pace.aMinute.toPrecision(3);
  const head = [
    `${name} is ${state}: ${formatCounts(campaign)}`,
    `${progress}${rate} a minute · ${duration(pace.secondsLeft)} left`,
    ...[beforeCandidates(campaign), waitsFor].flatMap((words) => (words === undefined ? [] : [words])),
  ];
  const tail = [
    '',
    pc.bold('workers'),
    ...able
      .slice(0, MOST_WORKERS)
      .map(({ id, state: said, busy, slots, reason }) =>
        said === 'ready'
          ? `  ${bar(busy / slots, 8)} ${busy} of ${slots} slots busy, ${percent(utilisation.of(id), 0)} while watching · ${id}`
          : `  ${id} is ${said}${reason ? `: ${reason}` : ''}`,
      ),
    ...(able.length > MOST_WORKERS ? [`  and ${able.length - MOST_WORKERS} more`] : []),
    ...(attempts.length > 0 ? ['', pc.bold('last attempts that failed')] : []),
    ...attemptLines(attempts).map((line) => `  ${line}`),
    ...(failures.length > 0 ? ['', pc.bold('last failures')] : []),
    ...failures.map(
      ({ at, detail }) => `  ${at.slice(11, 19)} ${firstLine(detail.type)}: ${firstLine(detail.message)}`,
    ),
  ];
  const room = Math.max(FEWEST_POINTS, rows - head.length - tail.length - 4);
  const body = [
    '',
    pc.bold(`the front, hypervolume ${campaign.hypervolume?.toFixed(4) ?? '–'}, ${formatBest(front)}`),
    ...frontLines(front, room),
  ];
  return [...head, ...(campaign.dense ? body : []), ...tail].map((line) => cut(line, columns));
}

function frontLines(front: Front, atMost: number): string[] {
  const { points } = front;
  const shown = Math.min(points.length, atMost);
  const evenly = Array.from(
    { length: shown },
    (_, i) => points[Math.round((i * (points.length - 1)) / Math.max(1, shown - 1))],
  );
  return evenly.map((point) =>
    [
      `  ${percent(point.validationAccuracy).padStart(8)}`,
      `${formatReduction(front, point).padStart(7)} × less ${front.cost}`,
      `${percent(point.weightsLeft).padStart(8)} of the weights`,
      `candidate ${point.number}`,
    ].join('   '),
  );
}

const bar = (part: number, width: number): string => {
  const full = Math.round(width * Math.min(1, Math.max(0, part)));
  return '█'.repeat(full) + '░'.repeat(width - full);
};

/** Headings are bold, and short. */
const cut = (line: string, columns: number): string =>
  line.length <= columns || line.includes('\u001b') ? line : `${line.slice(0, columns - 1)}…`;
