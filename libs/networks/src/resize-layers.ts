import { inferShapes } from './infer-shapes.js';
import type { Layer, Network } from './network.js';
import type { NetworkWeights } from './weights.js';

/**
 * The network whose layers have as many filters as their kernels say: what is left of a network when filters were pruned.
 * The same network, if none were.
 */
export function resizeLayers(network: Network, weights: NetworkWeights): Network {
  const before = inferShapes(network);
  const layers = network.layers.map((layer, i): Layer => {
    const shape = weights.get(`${layer.name}/kernel`)?.shape;
    const filters = shape?.[shape.length - 1];
    if (layer.kind === 'dense' && filters !== undefined && filters !== layer.units) return { ...layer, units: filters };
    if (layer.kind !== 'conv2d' || filters === undefined || filters === layer.filters) return layer;
    const { groups = 1 } = layer;
    // A depthwise convolution loses groups, each of which has as many filters as before; another
    // one keeps its groups.
    const isDepthwise = groups > 1 && groups === before[i].input.channels;
    return { ...layer, filters, ...(isDepthwise && { groups: (groups * filters) / layer.filters }) };
  });
  return layers.every((layer, i) => layer === network.layers[i]) ? network : { ...network, layers };
}
