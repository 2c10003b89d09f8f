import type { Accelerator, LayerDensity } from '@espalier/energy-model';
import type { Network, NetworkWeights, WeightTensor } from '@espalier/networks';

export interface PrunedNetwork {
  /** The network; smaller when filters were removed. */
  readonly network: Network;
  readonly weights: NetworkWeights;
  /** By layer, 1 where a weight is kept. */
  readonly masks: ReadonlyMap<string, Float32Array>;
  /** The order in which the layers were pruned. */
  readonly order: readonly string[];
}

/** The accelerator, and the energy of the layers on it. */
export interface PruningTarget {
  readonly accelerator: Accelerator;
  readonly batch: number;
  /** Of the dense network, in order of its layers. */
  readonly densities: readonly LayerDensity[];
}

/** The schedule does not fit the network. */
export class ScheduleError extends Error {
  override name = 'ScheduleError';
}

export function kernelOf(weights: NetworkWeights, layer: string): WeightTensor {
  const kernel = weights.get(`${layer}/kernel`);
  if (!kernel) throw new ScheduleError(`weight ${layer}/kernel is missing`);
  return kernel;
}
