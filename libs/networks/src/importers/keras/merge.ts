import { isVector, type ImageShape } from '../../graph/infer-shapes.js';
import type { ConvertedLayer } from '../converted-layer.js';
import type { Refuse } from './config-reader.js';
import { imageOf, type KerasTensor } from './tensor.js';

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
