import { layerGeometries } from './infer-shapes.js';
import { NetworkError, type Network } from './network.js';

export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A network's weights by `<layer>/<role>`, in the order of the layers. */
export type NetworkWeights = ReadonlyMap<string, WeightTensor>;

/**
 * What a weight is to its layer: `kernel` and `bias`, or of a batch normalisation `gamma`, `beta`,
 * and the moving `mean` and `variance`, which no gradient changes.
 */
export type WeightRole = 'kernel' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance';

/**
 * A weight by its name.
 *
 * @throws RangeError when there is none: whoever asks has checked the weights, or is at fault
 */
export function weightOf(weights: NetworkWeights, name: string): WeightTensor {
  const weight = weights.get(name);
  if (!weight) throw new RangeError(`no weight ${name}`);
  return weight;
}

/** How many values a tensor of this shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The weights that a network must have: names and shapes. */
export function weightShapes(network: Network): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const add = (layer: string, role: WeightRole, shape: readonly number[]): void => {
    shapes.set(`${layer}/${role}`, shape);
  };
  for (const { layer, input, output } of layerGeometries(network)) {
    if (layer.kind === 'conv2d') {
      add(layer.name, 'kernel', [...layer.kernelSize, input.channels / (layer.groups ?? 1), layer.filters]);
      if (layer.useBias ?? true) add(layer.name, 'bias', [layer.filters]);
    } else if (layer.kind === 'dense') {
      add(layer.name, 'kernel', [input.channels, layer.units]);
      if (layer.useBias ?? true) add(layer.name, 'bias', [layer.units]);
    } else if (layer.kind === 'batchNormalization') {
      for (const role of ['gamma', 'beta', 'mean', 'variance'] as const) add(layer.name, role, [output.channels]);
    }
  }
  return shapes;
}

/**
 * @param isNeeded whether a weight must be there
 * @throws NetworkError when a weight is missing, of another shape, or has values that are not
 *   finite
 */
export function checkWeights(
  network: Network,
  weights: NetworkWeights,
  isNeeded: (name: string) => boolean = () => true,
): void {
  for (const [name, shape] of weightShapes(network)) {
    if (!isNeeded(name)) continue;
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
