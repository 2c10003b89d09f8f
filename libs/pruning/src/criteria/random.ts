import type { ScoredCriterion } from './scored.js';

/** Random scores: the baseline of any criterion. */
export const random: ScoredCriterion = {
  needsGradients: false,
  score: ({ weights, uniform }) => weights.map(uniform),
};
