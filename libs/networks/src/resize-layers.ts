import type { Layer, Network } from './network.js';
import type { NetworkWeights } from './weights.js';

/**
 * The network whose layers have as many filters as their kernels say: what is left of a network when filters were pruned.
 * The same network, if none were.
 */
export function resizeLayers(network: Network, weights: NetworkWeights): Network {
  const layers = network.layers.map((layer): Layer => {
    const shape = weights.get(`${layer.name}/kernel`)?.shape;
    const filters = shape?.[shape.length - 1];
    if (layer.kind === 'dense' && filters !== undefined && filters !== layer.units) return { ...layer, units: filters };
    if (layer.kind !== 'conv2d' || filters === undefined || filters === layer.filters) return layer;
    const { groups = 1 } = layer;
    // Only depthwise convolutions lose filters with their groups, each of which has as many as before.
    return { ...layer, filters, ...(groups > 1 && { groups: (groups * filters) / layer.filters }) };
  });
  return layers.every((layer, i) => layer === network.layers[i]) ? network : { ...network, layers };
}
