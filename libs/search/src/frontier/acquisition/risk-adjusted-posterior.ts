import type { Posterior } from '../model/surrogate-model.js';

/**
 * Scale of the posterior's standard deviation in the acquisition function. With the whole
 * deviation, much of the expected improvement is that of points about which little is known, and
 * few keep the promise. Half of it finds fronts sooner on nearly every problem of the benchmark
 * (bench/RESULTS.md, 2026-11-29, fifth section; De Ath, Everson, Rahat & Fieldsend 2021, "Greed is
 * good").
 */
const STANDARD_DEVIATION_SCALE = 0.5;

/** Standard deviations by which a point's mean is raised, for each e-fold of pending points. */
const PENDING_PENALTY = 0.4;

/**
 * Standard deviations by which a chosen point is worse than its posterior mean, since the choice
 * favours errors: .1 to 1.9 on problems of the benchmark, mostly .5 to 1.
 */
export const SELECTION_BIAS = 0.5;

/**
 * The posterior of a point for its choice among many. Each pending point was chosen by the same
 * posterior, so that the errors of that posterior add up: the mean grows with the number of pending
 * points, and the standard deviation is scaled down.
 *
 * @param pendingCount number of pending points, whose results are unknown
 */
export function riskAdjusted({ mean, deviation }: Posterior, pendingCount: number): Posterior {
  return {
    mean: mean + PENDING_PENALTY * Math.log(1 + pendingCount) * deviation,
    deviation: STANDARD_DEVIATION_SCALE * deviation,
  };
}
