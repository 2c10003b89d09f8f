import type { Split } from '@espalier/datasets';

/** Images as bytes, one after the other, and their classes. */
export interface Batch {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  readonly count: number;
}

/** The images `order[from..to)` of a split, or its images from..to when there is no order. */
export function batchOf(split: Split, order: Uint32Array | null, from: number, to: number): Batch {
  const numbers = order ? order.subarray(from, to) : Uint32Array.from({ length: to - from }, (_, i) => from + i);
  return {
    images: split.images.gather(numbers),
    labels: Int32Array.from(numbers, (number) => split.labels[number]),
    count: numbers.length,
  };
}
