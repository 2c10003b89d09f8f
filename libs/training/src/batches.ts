import type { Split } from '@espalier/datasets';

/** Images as bytes, one after the other, and their classes. */
export interface Batch {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  readonly count: number;
}

/** The images `order[from..to)` of a split, or its images from..to when there is no order. */
export function batchOf(split: Split, order: Uint32Array | null, from: number, to: number): Batch {
  const count = to - from;
  const pixels = split.images.length / split.labels.length;
  if (!order) {
    return {
      images: split.images.subarray(from * pixels, to * pixels),
      labels: Int32Array.from(split.labels.subarray(from, to)),
      count,
    };
  }
  const images = new Uint8Array(count * pixels);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const at = order[from + i];
    images.set(split.images.subarray(at * pixels, (at + 1) * pixels), i * pixels);
    labels[i] = split.labels[at];
  }
  return { images, labels, count };
}
