import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DataSet, Split } from '../data-set.js';
import { decodeImage } from './decode-image.js';
import { openPackedImages, writePackedImages } from './packed-images.js';

/** Raise it when images decode to other bytes: cached images are then decoded again. */
const DECODER_VERSION = 3;

/** An encoded image. */
export interface EncodedImage {
  readonly label: number;
  /** Name for messages. */
  readonly name: string;
  /** The path of its file, or its bytes. */
  read(): Promise<string | Uint8Array>;
}

/**
 * Decodes images, scales them to the network's size, and keeps them in a cache file until their
 * sources change. They are read batch by batch, so that they may exceed memory.
 *
 * @param origin the sources, as JSON
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
