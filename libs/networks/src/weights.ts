import { NetworkError, type Network } from './network.js';
import { weightedLayers } from './infer-shapes.js';

export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A network's weights by `<layer>/kernel` and `<layer>/bias`, in the order of the layers. */
export type NetworkWeights = ReadonlyMap<string, WeightTensor>;

/** The weights that a network must have: names and shapes. */
export function weightShapes(network: Network): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const { name, kernelShape } of weightedLayers(network)) {
    shapes.set(`${name}/kernel`, kernelShape);
    shapes.set(`${name}/bias`, [kernelShape[kernelShape.length - 1]]);
  }
  return shapes;
}

/** @throws NetworkError when a weight is missing, of another shape, or has values that are not finite */
export function checkWeights(network: Network, weights: NetworkWeights): void {
  for (const [name, shape] of weightShapes(network)) {
    const weight = weights.get(name);
    if (!weight) throw new NetworkError(`${network.name}: weight ${name} is missing`);
    if (weight.shape.join() !== shape.join()) {
      throw new NetworkError(
        `${network.name}: weight ${name} has shape [${weight.shape.join(', ')}], the network needs [${shape.join(', ')}]`,
      );
    }
    if (!weight.data.every(Number.isFinite)) {
      throw new NetworkError(`${network.name}: weight ${name} has values that are not finite`);
    }
  }
}
