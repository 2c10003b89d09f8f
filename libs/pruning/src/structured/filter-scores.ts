import { weightOf, type Network, type NetworkWeights } from '@espalier/networks';
import type { Gradients } from '../pruning-data.js';

/**
 * Scores of a layer's filters; the lowest are removed first. Undefined when the layer lacks what
 * the criterion needs: the layers that it depends on decide.
 */
export type FilterCriterion = (layer: FilteredLayer) => Float32Array | undefined;

export interface FilteredLayer {
  readonly network: Network;
  readonly name: string;
  readonly weights: NetworkWeights;
  readonly gradients: Gradients | undefined;
}

/** The network lacks what the criterion needs. */
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
