import { isVector, type ImageShape } from '../infer-shapes.js';
import type { ConvertedLayer } from './converted-layer.js';
import type { Refuse } from './keras-config-reader.js';

/**
 * What a Keras layer takes: a tensor of ours, and its sizes as Keras sees them, the batch left out. They differ after a
 * Reshape: the values lie in the same order, and are seen in another shape.
 */
export interface KerasTensor {
  readonly shape: ImageShape;
  readonly sizes: readonly number[];
}

/** @throws by `refuse` if Keras does not see height, width and channels where we do */
export function imageOf({ shape, sizes }: KerasTensor, refuse: Refuse): void {
  const { height, width, channels } = shape;
  if (sizes.join() !== [height, width, channels].join()) {
    refuse(`it takes ${sizes.join(' × ')}, which lies as ${textOf(shape)}; such a reshape before it is not known`);
  }
}

/** @throws by `refuse` if what is last in Keras is not our channels */
export function lastAxisOf({ shape, sizes }: KerasTensor, refuse: Refuse): void {
  if (sizes[sizes.length - 1] !== shape.channels) {
    refuse(
      `it works along the last axis of ${sizes.join(' × ')}, which lies as ${textOf(shape)}; such a reshape before it is not known`,
    );
  }
}

const textOf = (shape: ImageShape): string =>
  isVector(shape) ? `a vector of ${shape.channels}` : `${shape.height} × ${shape.width} × ${shape.channels}`;

/**
 * A tensor whose values stay in their order and are seen in another shape. To a vector that is a layer of ours; else
 * nothing happens until something takes it.
 *
 * @param target with at most one −1, which stands for what is left
 */
export function reshaped(input: KerasTensor, target: readonly number[], refuse: Refuse): ConvertedLayer {
  const count = input.sizes.reduce((product, size) => product * size, 1);
  const known = target.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const sizes = target.map((size) => (size === -1 ? count / known : size));
  const product = sizes.reduce((all, size) => all * size, 1);
  if (product !== count || !sizes.every((size) => Number.isInteger(size) && size > 0)) {
    refuse(`a reshape of ${input.sizes.join(' × ')} to ${target.join(' × ')} does not keep the number of values`);
  }
  const toVector = sizes.slice(0, -1).every((size) => size === 1);
  return { layers: toVector && !isVector(input.shape) ? [{ layer: { kind: 'flatten' } }] : [], sizes };
}

/** Keras adds and multiplies tensors of fewer axes as if they had axes of one in front. */
export function mergedTensors(
  kind: 'add' | 'multiply',
  inputs: readonly KerasTensor[],
  refuse: Refuse,
): ConvertedLayer {
  const rank = Math.max(...inputs.map(({ sizes }) => sizes.length));
  const filled = inputs.map(({ sizes }) => [...Array.from({ length: rank - sizes.length }, () => 1), ...sizes]);
  const isAlike = inputs.every(
    ({ shape }, i) => filled[i].join() === filled[0].join() && isSameShape(shape, inputs[0].shape),
  );
  if (!isAlike) {
    inputs.forEach((each) => {
      if (!isVector(each.shape) || each.sizes.length > 1) imageOf(each, refuse);
    });
  }
  const sizes = filled[0].map((_, axis) => Math.max(...filled.map((each) => each[axis])));
  return { layers: [{ layer: { kind } }], sizes };
}

const isSameShape = (a: ImageShape, b: ImageShape): boolean =>
  a.height === b.height && a.width === b.width && a.channels === b.channels;
