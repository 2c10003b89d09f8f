import type { Network } from '../graph/network.js';
import { sizeOf, weightShapes, type NetworkWeights } from '../graph/weights.js';

/** Weights of the right shapes, all zero. */
export function initialTestWeights(network: Network): NetworkWeights {
  return new Map(
    [...weightShapes(network)].map(([name, shape]) => [name, { shape, data: new Float32Array(sizeOf(shape)) }]),
  );
}
