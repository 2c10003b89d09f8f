import type { FilterCriterion } from './filter-scores.js';

/**
 * E[(Σ g w)²] over a filter's weights: how the loss changes to first order when it goes (Molchanov
 * et al. 2019).
 */
export const filterTaylor: FilterCriterion = ({ name, gradients }) => {
  if (!gradients) throw new RangeError(`gradients of ${name} are needed`);
  return gradients.filterMeanSquare;
};
