import type { RandomStream } from '@espalier/random';
import type { Batch } from './batches.js';

export interface Augmentation {
  /** Shift each image by up to so many pixels each way; what comes in from outside is 0. */
  readonly crop: number;
  /** Mirror every other image, left to right. */
  readonly flip: boolean;
  /** Side of a square of each image that is set to 0 (DeVries & Taylor 2017); 0 for none. */
  readonly cutout: number;
}

/** A batch whose images are shifted, mirrored and cut out at random. */
export function augment(
  { images, labels, count }: Batch,
  { height, width, channels }: { height: number; width: number; channels: number },
  { crop, flip, cutout }: Augmentation,
  random: RandomStream,
): Batch {
  const row = width * channels;
  const pixels = height * row;
  const augmented = new Uint8Array(images.length);
  for (let i = 0; i < count; i++) {
    const image = images.subarray(i * pixels, (i + 1) * pixels);
    const target = augmented.subarray(i * pixels, (i + 1) * pixels);
    const down = random.integer(-crop, crop);
    const right = random.integer(-crop, crop);
    const mirrored = flip && random.integer(0, 1) === 1;
    const firstColumn = Math.max(0, -right);
    const lastColumn = Math.min(width, width - right);
    for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
      const from = (y + down) * row;
      target.set(
        image.subarray(from + (firstColumn + right) * channels, from + (lastColumn + right) * channels),
        y * row + firstColumn * channels,
      );
    }
    if (mirrored) mirror(target, height, width, channels);
    if (cutout > 0) cut(target, { height, width, channels }, cutout, random);
  }
  return { images: augmented, labels, count };
}

function mirror(image: Uint8Array, height: number, width: number, channels: number): void {
  for (let y = 0; y < height; y++) {
    for (let left = 0, right = width - 1; left < right; left++, right--) {
      for (let channel = 0; channel < channels; channel++) {
        const a = (y * width + left) * channels + channel;
        const b = (y * width + right) * channels + channel;
        [image[a], image[b]] = [image[b], image[a]];
      }
    }
  }
}

function cut(
  image: Uint8Array,
  { height, width, channels }: { height: number; width: number; channels: number },
  side: number,
  random: RandomStream,
): void {
  // The centre may be anywhere, so that squares are cut off at the edge as in the paper.
  const top = random.integer(0, height - 1) - (side >> 1);
  const left = random.integer(0, width - 1) - (side >> 1);
  const [from, to] = [Math.max(0, left), Math.min(width, left + side)];
  for (let y = Math.max(0, top); y < Math.min(height, top + side); y++) {
    image.fill(0, (y * width + from) * channels, (y * width + to) * channels);
  }
}
