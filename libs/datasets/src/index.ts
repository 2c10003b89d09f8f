import { DataSetError, subset, type DataSet, type DataSetFacts } from './data-set.js';
import { loadCifar10 } from './shipped/cifar-10.js';
import { loadFashionMnist } from './shipped/fashion-mnist.js';
import { loadMnist } from './shipped/mnist.js';
import { folderFacts, isFolder, loadFolder } from './folders/own-folder.js';

export { DataSetError, subset } from './data-set.js';
export type { DataSet, DataSetFacts, Split, SplitFacts } from './data-set.js';
export { ImagesInMemory, type Images } from './images/images.js';
export { parseIdx } from './shipped/idx-file.js';
export { loadMnist } from './shipped/mnist.js';
export { isFolder } from './folders/own-folder.js';
export { withNpmPackage } from './shipped/npm-package.js';
export { cachedCopy } from './shipped/cached-file.js';

const SETS: Record<string, DataSetFacts & { load: (cache: string) => Promise<DataSet> }> = {
  mnist: { image: { height: 28, width: 28, channels: 1 }, classes: 10, trainingImages: 55_000, load: loadMnist },
  'fashion-mnist': {
    image: { height: 28, width: 28, channels: 1 },
    classes: 10,
    trainingImages: 55_000,
    load: loadFashionMnist,
  },
  'cifar-10': { image: { height: 32, width: 32, channels: 3 }, classes: 10, trainingImages: 45_000, load: loadCifar10 },
};

export const DATA_SETS: readonly string[] = Object.keys(SETS);

/**
 * @param name of a data set, or the path of a folder with a user's own
 * @throws DataSetError when there is none of that name, or the folder holds no data set
 */
export async function dataSetFacts(name: string): Promise<DataSetFacts> {
  return isFolder(name) ? folderFacts(name) : entry(name);
}

/**
 * @param name of a data set, or the path of a folder with a user's own
 * @param trainingImages take only so many of the training images, and of the others in proportion;
 *   null for all
 * @param image the size that a network takes: what a folder's images of any size are scaled to
 * @throws DataSetError when there is no such data set, or its files cannot be had whole
 */
export async function loadDataSet(
  name: string,
  cache: string,
  trainingImages: number | null,
  image?: DataSet['image'],
): Promise<DataSet> {
  const whole = isFolder(name) ? await loadFolder(name, cache, image ?? DEFAULT_IMAGE) : await entry(name).load(cache);
  return trainingImages === null ? whole : subset(whole, trainingImages);
}

const DEFAULT_IMAGE = { height: 32, width: 32, channels: 3 };

function entry(name: string): (typeof SETS)[string] {
  if (!Object.hasOwn(SETS, name)) {
    throw new DataSetError(
      `there is no data set '${name}'; there are: ${DATA_SETS.join(', ')}; a folder of your own is given by its path, such as ./${name}`,
    );
  }
  return SETS[name];
}
