import type { Posterior } from '../model/surrogate-model.js';

/**
 * Part of the deviation that improvement is expected over. Over all of it, much of what is expected
 * is of points of which little is known, and few of them keep the promise: with this part, fronts
 * are found sooner on nearly every problem of the benchmark (bench/RESULTS.md, 2026-11-29, fifth
 * section; De Ath, Everson, Rahat & Fieldsend 2021, "Greed is good", found the same of others).
 */
const EXPLORED = 0.5;

/**
 * Deviations that a point is taken to be worse by, for each e-fold of those that are tried at once.
 */
const CAUTION = 0.4;

/**
 * Deviations by which a point that was chosen comes out worse than was believed of it: who chooses
 * the best of what is believed chooses errors in its favour too. On problems of the benchmark .1 to
 * 1.9, mostly .5 to 1.
 */
export const STANDARD_DEVIATION_SCALE = 0.5;

/**
 * What is believed of a point when it is to be chosen among many. Each of those under way was
 * chosen for what the same posteriors make of it: where they err in its favour, all of them are
 * chosen for the same error, and the more there are the more it costs.
 *
 * @param pendingCount how many others are tried meanwhile, whose results are not known
 */
export function riskAdjusted({ mean, deviation }: Posterior, pendingCount: number): Posterior {
  return { mean: mean + CAUTION * Math.log(1 + pendingCount) * deviation, deviation: EXPLORED * deviation };
}
