import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { DataSetError, type Split } from '../data-set.js';
import { ImagesInFile, ImagesInMemory } from './images.js';

/**
 * Images and labels of a split as one file: all images' bytes, then a byte for each label.
 *
 * @param pixels bytes of one image
 */
export function unpackImages(bytes: Uint8Array, pixels: number, name: string): Split {
  const count = countOf(bytes.length, pixels, name);
  return {
    images: new ImagesInMemory(bytes.subarray(0, count * pixels), pixels),
    labels: bytes.subarray(count * pixels),
    count,
  };
}

export function packImages(images: readonly Uint8Array[], labels: Uint8Array): Uint8Array {
  return Buffer.concat([...images, labels]);
}

/** As `unpackImages`, its images left in the file; undefined when there is none. */
export async function openPackedImages(file: string, pixels: number): Promise<Split | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return undefined;
  const count = countOf(found.size, pixels, file);
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(count), 0, count, count * pixels);
    return { images: new ImagesInFile(file, 0, pixels), labels: buffer, count };
  } finally {
    await handle.close();
  }
}

function countOf(size: number, pixels: number, name: string): number {
  const count = size / (pixels + 1);
  if (!Number.isInteger(count)) throw new DataSetError(`${name} is not whole: it has ${size} bytes`);
  return count;
}

/**
 * Writes such a file, some images at a time, so that it may be larger than memory. It is there when
 * it is whole.
 *
 * @param imageAt makes the image of a label's number
 */
export async function writePackedImages(
  file: string,
  pixels: number,
  labels: Uint8Array,
  imageAt: (number: number) => Promise<Uint8Array>,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${randomUUID()}.partial`;
  const handle = await open(partial, 'w');
  try {
    let next = 0;
    const worker = async (): Promise<void> => {
      try {
        for (let at = next++; at < labels.length; at = next++)
          await handle.write(await imageAt(at), 0, pixels, at * pixels);
      } catch (error) {
        next = labels.length;
        throw error;
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
    await handle.write(labels, 0, labels.length, labels.length * pixels);
    await handle.sync();
    await rename(partial, file);
  } finally {
    await handle.close();
    await rm(partial, { force: true });
  }
}
