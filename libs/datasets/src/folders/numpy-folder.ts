import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assignSplits, checkSplits, countsOf, type Part } from '../splits/assign-splits.js';
import { choose, DataSetError, type DataSet, type DataSetFacts, type Split } from '../data-set.js';
import { classOf } from '../splits/labels.js';
import { numbersOf, openNpy, openNpz, type NumpyArray } from './numpy-arrays.js';
import { numberedClasses, sourcesOf, splitFacts } from '../splits/split-facts.js';
import { readSplitName, SPLIT_NAMES } from '../splits/split-names.js';

const IMAGE_WORDS: ReadonlySet<string> = new Set(['x', 'images', 'image', 'imgs', 'data', 'features', 'inputs']);
const LABEL_WORDS: ReadonlySet<string> = new Set(['y', 'labels', 'label', 'targets', 'target', 'classes']);
const EXPECTED =
  'a folder has images.npy and labels.npy, or x_train.npy, y_train.npy, x_test.npy and so on, or a .npz of such arrays';

/** Whether a file of this name is one of NumPy's. */
export const isNumpyFile = (name: string): boolean => !name.startsWith('.') && /\.np[yz]$/i.test(name);

interface Pair {
  /** Undefined when the name gives no split. */
  readonly part: Part | undefined;
  readonly images: NumpyArray;
  readonly labels: readonly number[];
}

interface Found {
  readonly pairs: readonly Pair[];
  readonly image: DataSet['image'];
  readonly classes: number;
  /** The split of each image of each pair. */
  readonly parts: readonly (readonly Part[])[];
  readonly remarks: readonly string[];
}

/**
 * Facts about pairs of arrays: images (images × height × width [× channels], uint8) and labels
 * (whole numbers, or one-hot rows).
 *
 * @throws DataSetError when a file is truncated or of another type, or the arrays of a pair do not
 *   match
 */
export async function numpyFacts(path: string): Promise<DataSetFacts> {
  const { pairs, image, classes, parts, remarks } = await find(path);
  const named = (of: Part | undefined): string | undefined => pairs.find(({ part }) => part === of)?.images.name;
  return {
    image,
    ...splitFacts({
      ...{ path, classNames: numberedClasses(classes), parts: parts.flat(), remarks },
      labels: pairs.flatMap(({ labels }) => labels),
      from: sourcesOf(named(undefined) ?? named('training') ?? path, named),
    }),
  };
}

/** @throws DataSetError as `numpyFacts` */
export async function loadNumpy(path: string): Promise<DataSet> {
  const { pairs, image, classes, parts } = await find(path);
  const { height, width, channels } = image;
  const wholes = await Promise.all(
    pairs.map(async ({ images, labels }): Promise<Split> => ({
      images: await images.images(height * width * channels),
      labels: Uint8Array.from(labels),
      count: labels.length,
    })),
  );
  const split = (part: Part): Split => {
    const of = wholes.findIndex((_, i) => parts[i].includes(part));
    if (of < 0) throw new DataSetError(`${path} has no image for ${part}; more images are needed`);
    const numbers = parts[of].flatMap((each, at) => (each === part ? [at] : []));
    return choose(wholes[of], Uint32Array.from(numbers));
  };
  const data = {
    ...{ name: basename(path), image, classes },
    ...{ training: split('training'), validation: split('validation'), test: split('test') },
  };
  checkSplits(path, numberedClasses(classes), countsOf(data));
  return data;
}

async function find(path: string): Promise<Found> {
  const { pairs, remarks } = await pairsIn(path);
  const image = imageOf(pairs[0].images);
  for (const { images } of pairs) {
    const own = imageOf(images);
    if (own.height !== image.height || own.width !== image.width || own.channels !== image.channels) {
      throw new DataSetError(
        `${images.name} has images of ${text(own)}, ${pairs[0].images.name} of ${text(image)}; all splits need one size`,
      );
    }
  }
  const most = (labels: readonly number[]): number => labels.reduce((high, label) => Math.max(high, label), 0) + 1;
  const learned = pairs.filter(({ part }) => part === undefined || part === 'training');
  if (learned.length === 0) {
    throw new DataSetError(`${path} has no images to learn from; ${EXPECTED}`);
  }
  const classes = Math.max(...learned.map(({ labels }) => most(labels)));
  for (const { labels, images } of pairs) {
    if (most(labels) > classes) {
      throw new DataSetError(
        `the labels of ${images.name} go up to ${most(labels) - 1}, those to learn from are 0 to ${classes - 1}`,
      );
    }
  }
  const parts = assignSplits(pairs.flatMap(({ part, labels }) => labels.map((label) => ({ label, part }))));
  let from = 0;
  return {
    ...{ pairs, image, classes, remarks },
    parts: pairs.map(({ labels }) => parts.slice(from, (from += labels.length))),
  };
}

interface Named {
  readonly array: NumpyArray;
  readonly part: Part | undefined;
}

async function pairsIn(path: string): Promise<{ pairs: Pair[]; remarks: string[] }> {
  const arrays = await arraysIn(path);
  const images = new Map<Part | undefined, NumpyArray>();
  const labels = new Map<Part | undefined, NumpyArray>();
  const remarks: string[] = [];
  const put = (into: Map<Part | undefined, NumpyArray>, { part, array }: Named, what: string): void => {
    const other = into.get(part);
    if (other) {
      throw new DataSetError(`${other.name} and ${array.name} are both ${what} of ${part ?? 'one split'}; leave one`);
    }
    into.set(part, array);
  };
  for (const { array, called } of arrays) {
    const { parts, words } = readSplitName(called);
    if (parts.length > 1) {
      throw new DataSetError(`${array.name} names two splits, ${parts.join(' and ')}; known names: ${SPLIT_NAMES}`);
    }
    const isLabels = words.some((word) => LABEL_WORDS.has(word));
    const isImages = words.some((word) => IMAGE_WORDS.has(word));
    const [part] = parts;
    if (isLabels) put(labels, { array, part }, 'labels');
    else if (isImages) put(images, { array, part }, 'images');
    else remarks.push(`not read: ${array.name}, whose name says neither images nor labels`);
  }
  if (images.has(undefined) && images.has('training')) {
    throw new DataSetError(
      `${images.get(undefined)?.name} and ${images.get('training')?.name} are both images to learn from; leave one`,
    );
  }
  const pairs: Pair[] = [];
  for (const [part, array] of images) {
    const own = labels.get(part);
    imageOf(array);
    if (!own) throw new DataSetError(`${array.name} has no labels beside it; ${EXPECTED}`);
    pairs.push({ part, images: array, labels: await labelsOf(own, array) });
  }
  const alone = [...labels].find(([part]) => !images.has(part))?.[1];
  if (alone) throw new DataSetError(`${alone.name} has no images beside it; ${EXPECTED}`);
  if (pairs.length === 0) throw new DataSetError(`${path} has no array whose name says images; ${EXPECTED}`);
  return { pairs, remarks };
}

async function arraysIn(path: string): Promise<{ array: NumpyArray; called: string }[]> {
  const files = (await readdir(path)).filter(isNumpyFile).sort();
  const all = await Promise.all(
    files.map(async (name) => {
      const called = name.replace(/\.np[yz]$/i, '');
      if (/\.npy$/i.test(name)) return [{ array: await openNpy(join(path, name)), called }];
      const isSplit = readSplitName(called).parts.length > 0;
      return (await openNpz(join(path, name))).map((array) => ({
        array,
        called: isSplit ? `${called} ${array.key}` : array.key,
      }));
    }),
  );
  return all.flat();
}

/** The class of each image. */
async function labelsOf(labels: NumpyArray, images: NumpyArray): Promise<number[]> {
  const [count, ...rest] = labels.shape;
  const width = rest.reduce((product, size) => product * size, 1);
  if (labels.shape.length === 0 || count !== images.shape[0]) {
    throw new DataSetError(
      `${images.name} has ${images.shape[0]} images, ${labels.name} has ${count ?? 0} labels; each image needs one`,
    );
  }
  const values = await numbersOf(labels);
  return Array.from({ length: count }, (_, i) =>
    classOf(values.slice(i * width, (i + 1) * width), `label ${i} of ${labels.name}`),
  );
}

function imageOf({ name, shape, dtype }: NumpyArray): DataSet['image'] {
  if (dtype !== '|u1') throw new DataSetError(`${name} has values of type ${dtype}; images are bytes (uint8)`);
  const [, height, width, channels = 1] = shape;
  if ((shape.length !== 3 && shape.length !== 4) || shape.includes(0)) {
    throw new DataSetError(`${name} has a shape of [${shape.join(', ')}], not images × height × width [× channels]`);
  }
  return { height, width, channels };
}

const text = ({ height, width, channels }: DataSet['image']): string => `${height} × ${width} × ${channels}`;
