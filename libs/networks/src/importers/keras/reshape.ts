import { isVector } from '../../graph/infer-shapes.js';
import type { ConvertedLayer } from '../converted-layer.js';
import type { Refuse } from './config-reader.js';
import type { KerasTensor } from './tensor.js';

/**
 * A tensor whose values stay in their order and are seen in another shape. To a vector that is a
 * layer of ours; else nothing happens until something takes it.
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
