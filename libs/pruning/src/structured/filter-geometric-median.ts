import { filtersOf, type FilterCriterion } from './filter-scores.js';

/**
 * The sum of a filter's distances to the others of its layer: those in the middle can be replaced
 * by the rest (He et al. 2019).
 */
export const filterGeometricMedian: FilterCriterion = (layer) => {
  const filters = filtersOf(layer);
  return Float32Array.from(filters, (a) =>
    filters.reduce((sum, b) => sum + Math.sqrt(a.reduce((square, weight, i) => square + (weight - b[i]) ** 2, 0)), 0),
  );
};
