import { filtersOf, type FilterCriterion } from './filter-scores.js';

/** Σ|w| of a filter: Li et al. 2017. */
export const filterL1: FilterCriterion = (layer) =>
  Float32Array.from(filtersOf(layer), (filter) => filter.reduce((sum, weight) => sum + Math.abs(weight), 0));
