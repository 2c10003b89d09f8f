import { DataSetError, type Split } from './data-set.js';

/**
 * Images and labels of a split as one file: all images' bytes, then a byte for each label.
 *
 * @param pixels bytes of one image
 */
export function unpackImages(bytes: Uint8Array, pixels: number, name: string): Split {
  const count = bytes.length / (pixels + 1);
  if (!Number.isInteger(count)) throw new DataSetError(`${name} is not whole: it has ${bytes.length} bytes`);
  return { images: bytes.subarray(0, count * pixels), labels: bytes.subarray(count * pixels), count };
}

export function packImages(images: readonly Uint8Array[], labels: Uint8Array): Uint8Array {
  return Buffer.concat([...images, labels]);
}
