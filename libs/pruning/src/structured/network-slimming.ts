import { normalizationAfter } from '@espalier/networks';
import type { FilterCriterion } from './filter-scores.js';

/**
 * |γ| of the batch normalisation behind a filter (Liu et al. 2017).
 *
 * @returns undefined for a layer without a normalisation behind it
 */
export const networkSlimming: FilterCriterion = ({ network, name, weights }) => {
  const normalization = normalizationAfter(network, name);
  const gamma = normalization && weights.get(`${normalization.name}/gamma`);
  return gamma?.data.map(Math.abs);
};
