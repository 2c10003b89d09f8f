import type { Measurement } from '@espalier/contracts';
import { sizeOf, weightedLayers, type Network } from '@espalier/networks';

/**
 * Converts the measurement of a network without some filters to parts of the dense network, with
 * the remaining shapes.
 */
export function relativeToDense(measured: Measurement, dense: Network, pruned: Network): Measurement {
  const before = weightedLayers(dense);
  const after = weightedLayers(pruned);
  const layers = measured.profile.layers.map((layer, i) => {
    const { groups, inputChannels, outputChannels } = after[i].shape;
    return { ...layer, weights: sizeOf(before[i].kernelShape), shape: { groups, inputChannels, outputChannels } };
  });
  return { ...measured, profile: { layers } };
}
