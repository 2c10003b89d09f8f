import type { ScoredCriterion } from './scored.js';

/** |w|: Han et al. 2015. */
export const magnitude: ScoredCriterion = {
  needsGradients: false,
  score: ({ weights }) => weights.map(Math.abs),
};
