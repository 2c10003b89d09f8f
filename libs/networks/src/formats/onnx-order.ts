import type { ImageShape } from '../graph/infer-shapes.js';

/**
 * ONNX lays images out as channels × height × width, so that a vector flattened from one has its
 * values in another order than ours: for each place in ONNX's order the place in ours.
 */
export type OnnxOrder = readonly number[];

/** Of an image that is flattened. */
export function flattenedOrder({ height, width, channels }: ImageShape): OnnxOrder {
  return Array.from({ length: channels * height * width }, (_, at) => {
    const channel = Math.floor(at / (height * width));
    return (at % (height * width)) * channels + channel;
  });
}

/** Of vectors side by side; undefined when all of them are in our order. */
export function joinedOrder(
  parts: readonly { readonly channels: number; readonly order: OnnxOrder | undefined }[],
): OnnxOrder | undefined {
  if (parts.every(({ order }) => order === undefined)) return undefined;
  let before = 0;
  return parts.flatMap(({ channels, order }) => {
    const own = Array.from({ length: channels }, (_, at) => before + (order?.[at] ?? at));
    before += channels;
    return own;
  });
}

/** Whether all vectors have their values in one order. */
export function isSameOrder(orders: readonly (OnnxOrder | undefined)[]): boolean {
  return orders.every((order) => order?.join() === orders[0]?.join());
}
