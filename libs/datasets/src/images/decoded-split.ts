import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DataSet, Split } from '../data-set.js';
import { decodeImage } from './decode-image.js';
import { openPackedImages, writePackedImages } from './packed-images.js';

/**
 * Raise it with a change after which images have other bytes: what is in the cache is decoded
 * again.
 */
const DECODER_VERSION = 3;

/** An image as it came, to be decoded. */
export interface EncodedImage {
  readonly label: number;
  /** To call it by. */
  readonly name: string;
  /** The path of its file, or its bytes. */
  read(): Promise<string | Uint8Array>;
}

/**
 * Images scaled to the size that a network takes, kept in a file of the cache until what they come
 * from changes. They are read from there batch by batch: there may be more than memory holds.
 *
 * @param origin what they come from, as JSON holds it
 * @throws DataSetError naming an image that cannot be decoded
 */
export async function decodedSplit(
  images: readonly EncodedImage[],
  origin: readonly unknown[],
  cache: string,
  image: DataSet['image'],
): Promise<Split> {
  const hash = createHash('sha256').update(JSON.stringify({ decoder: DECODER_VERSION, ...image }));
  for (const each of origin) hash.update(JSON.stringify(each));
  const file = join(cache, 'folders', hash.digest('hex'));
  const pixels = image.height * image.width * image.channels;
  const open = (): Promise<Split | undefined> => openPackedImages(file, pixels);
  const known = await open();
  if (known) return known;
  const labels = Uint8Array.from(images, ({ label }) => label);
  await writePackedImages(file, pixels, labels, async (number) =>
    decodeImage(await images[number].read(), image, images[number].name),
  );
  return (await open()) as Split;
}
