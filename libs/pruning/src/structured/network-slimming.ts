import { FilterScoreError, normalizationAfter, type FilterCriterion } from './filter-scores.js';

/** |γ| of the batch normalisation behind a filter: Liu et al. 2017. */
export const networkSlimming: FilterCriterion = ({ network, name, weights }) => {
  const normalization = normalizationAfter(network, name);
  const gamma = normalization === undefined ? undefined : weights.get(`${normalization}/gamma`);
  if (!gamma) {
    throw new FilterScoreError(
      `network slimming ranks filters by their batch normalisation, and ${name} of ${network.name} has none; use filter-l1 or filter-taylor`,
    );
  }
  return gamma.data.map(Math.abs);
};
