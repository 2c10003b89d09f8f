import { weightOf, type Network, type NetworkWeights } from '@espalier/networks';
import type { Gradients } from '../pruning-data.js';

/**
 * A score for each filter of a layer with a kernel; those with the lowest go first. Undefined for a
 * layer that has nothing to go by: what it is tied to decides.
 */
export type FilterCriterion = (layer: FilteredLayer) => Float32Array | undefined;

export interface FilteredLayer {
  readonly network: Network;
  readonly name: string;
  readonly weights: NetworkWeights;
  readonly gradients: Gradients | undefined;
}

/** What the criterion needs is not in the network. */
export class FilterScoreError extends Error {
  override name = 'FilterScoreError';
}

/** A layer's filters, each with its weights. */
export function filtersOf({ name, weights }: FilteredLayer): Float32Array[] {
  const kernel = weightOf(weights, `${name}/kernel`);
  const count = kernel.shape[kernel.shape.length - 1];
  const size = kernel.data.length / count;
  return Array.from({ length: count }, (_, f) =>
    Float32Array.from({ length: size }, (_, i) => kernel.data[i * count + f]),
  );
}
