import { z } from 'zod';
import type { ImageShape } from '../infer-shapes.js';

/**
 * What a Keras model states of its input, [batch, height, width, channels], as a shape: what is left out is 1.
 *
 * @param lengths that can be read, of 2 (a vector) to 4
 */
export function inputShape(shape: unknown, lengths: readonly number[], refuse: (problem: string) => never): ImageShape {
  const sizes = z.array(z.int().min(1).max(100_000).nullable()).safeParse(shape);
  if (!sizes.success || !lengths.includes(sizes.data.length)) {
    return refuse(`its input shape is ${JSON.stringify(shape)}, not [batch, height, width, channels]`);
  }
  const [, ...rest] = sizes.data;
  const fixed = rest.map(
    (size) => size ?? refuse('its input shape is not fixed; save the model with a fixed input shape'),
  );
  const channels = fixed[fixed.length - 1];
  const [height = 1, width = 1] = fixed.slice(0, -1);
  return { height, width, channels };
}
