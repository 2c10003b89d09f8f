import type { Budget, Campaign, Front, Worker } from '@espalier/contracts';
import { candidatesIn } from '../output/format-budget.js';
import { formatReduction } from '../output/cost.js';
import { percent } from '../output/print.js';

/** Workers of a campaign's device class, and why none of them takes work. */
export function workersFor(
  { spec: { deviceClass } }: Campaign,
  workers: readonly Worker[],
): { able: readonly Worker[]; waitsFor: string | undefined } {
  const able = workers.filter((worker) => deviceClass === undefined || worker.deviceClass === deviceClass);
  if (able.some(({ state }) => state === 'ready')) return { able, waitsFor: undefined };
  const [why] = able.flatMap(({ id, reason }) => (reason ? [`${id}: ${reason}`] : []));
  const which = deviceClass === undefined ? 'no worker' : `no worker with a ${deviceClass}`;
  return { able, waitsFor: `${which} takes work, and what is asked for waits for one${why ? ` (${why})` : ''}` };
}

/** The step before the first candidate, if it is not over. */
export function beforeCandidates({ state, dense }: Campaign): string | undefined {
  if (state === 'pending') return 'waiting for the orchestrator';
  return dense ? undefined : 'training the dense network (one to three minutes)';
}

const formatDone = (done: number, budget: Budget): string =>
  Number.isFinite(candidatesIn(budget)) ? `${done} of ${candidatesIn(budget)} done` : `${done} done`;

export const formatCounts = ({ counts: { completed, stopped, running, diverged, failed }, spec }: Campaign): string =>
  [
    formatDone(completed, spec.budget),
    ...(stopped > 0 ? [`${stopped} stopped early`] : []),
    `${running} running, ${diverged} diverged, ${failed} failed`,
  ].join(', ');

/** The lowest cost within one point of the dense network's accuracy. */
export function formatBest(front: Front): string {
  const least = (front.dense?.validationAccuracy ?? 0) - 0.01;
  const best = front.points.find(({ validationAccuracy }) => (validationAccuracy ?? 0) >= least);
  return best
    ? `best ${formatReduction(front, best)} × less at ${percent(best.validationAccuracy)}`
    : 'none within 1 point yet';
}
