import { gradientsOf, type ScoredCriterion } from './scored.js';

/** |E[g] w|, the sensitivity of the mean loss to a connection: Lee et al. 2019. */
export const snip: ScoredCriterion = {
  needsGradients: true,
  score: (layer) => {
    const { mean } = gradientsOf(layer);
    return layer.weights.map((weight, i) => Math.abs(weight * mean[i]));
  },
};
