import type { Campaign } from '@espalier/contracts';
import { candidatesIn } from '../output/format-budget.js';

export interface CompletionPace {
  /** Candidates finished per minute of watching; NaN before the first. */
  readonly aMinute: number;
  readonly secondsLeft: number;
}

/** Rate of finished candidates and remaining time, since watching began. */
export class CompletionRate {
  #first: { at: number; ended: number } | undefined;

  of({ counts, spec, dense, createdAt }: Campaign, now: number): CompletionPace {
    const ended = endedOf(counts);
    if (!dense) return { aMinute: NaN, secondsLeft: NaN };
    this.#first ??= { at: now, ended };
    const since = ended - this.#first.ended;
    const aSecond = since > 0 ? (1000 * since) / (now - this.#first.at) : NaN;
    const { wallClockHours = Infinity } = spec.budget;
    const clock = wallClockHours * 3600 - (now - Date.parse(createdAt)) / 1000;
    return {
      aMinute: 60 * aSecond,
      secondsLeft: Math.min((candidatesIn(spec.budget) - ended) / aSecond, Math.max(0, clock)),
    };
  }
}

/** Number of finished candidates. */
export function endedOf({ completed, stopped, diverged, failed, cancelled }: Campaign['counts']): number {
  return completed + stopped + diverged + failed + cancelled;
}
