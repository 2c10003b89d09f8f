import type { Network } from '../network.js';
import { sizeOf, weightShapes, type NetworkWeights } from '../weights.js';

/** Weights of the right shapes, all zero. */
export function initialTestWeights(network: Network): NetworkWeights {
  return new Map(
    [...weightShapes(network)].map(([name, shape]) => [name, { shape, data: new Float32Array(sizeOf(shape)) }]),
  );
}
