import type { Measurement } from '@espalier/contracts';
import { sizeOf, weightedLayers, type Network } from '@espalier/networks';

/**
 * A smaller network's measurement as a part of the dense network's: what is left of it, and the
 * shapes that are.
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
