import { isVector, type ImageShape } from '../../graph/infer-shapes.js';
import type { Refuse } from './config-reader.js';

/**
 * What a Keras layer takes: a tensor of ours, and its sizes as Keras sees them, the batch left out.
 * They differ after a Reshape: the values lie in the same order, and are seen in another shape.
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
