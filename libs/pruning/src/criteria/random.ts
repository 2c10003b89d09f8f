import type { ScoredCriterion } from './scored.js';

/** Chance: what any criterion must beat. */
export const random: ScoredCriterion = {
  needsGradients: false,
  score: ({ weights, uniform }) => weights.map(uniform),
};
