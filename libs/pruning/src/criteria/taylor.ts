import { gradientsOf, type ScoredCriterion } from './scored.js';

/**
 * E[(g w)²], the squared change of the loss to first order when a weight goes: Molchanov et al.
 * 2019.
 */
export const taylor: ScoredCriterion = {
  needsGradients: true,
  score: (layer) => {
    const { meanSquare } = gradientsOf(layer);
    return layer.weights.map((weight, i) => weight * weight * meanSquare[i]);
  },
};
