import { open, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataSetError, head, tail, type DataSet, type DataSetFacts, type Split } from './data-set.js';
import { ImagesInFile } from './images.js';
import { checkParts } from './split-images.js';

const MAX_CLASSES = 256;

interface NumpyHeader {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly offset: number;
}

/** Of `images.npy` (images × height × width [× channels], uint8) and `labels.npy` (whole numbers). */
export async function numpyFacts(path: string): Promise<DataSetFacts> {
  const { shape } = await header(join(path, 'images.npy'));
  const labels = await readLabels(join(path, 'labels.npy'));
  const hasTest = await exists(join(path, 'test-images.npy'));
  const count = labels.length;
  return {
    image: imageOf(shape, path),
    classes: classesOf(labels, path),
    trainingImages: count - Math.floor(count / 10) * (hasTest ? 1 : 2),
  };
}

/**
 * A NumPy pair: `images.npy` and `labels.npy`, with `test-images.npy` and `test-labels.npy` if there are. The last tenth of
 * the images is for validation, and where there are no test images the tenth before it for test.
 *
 * @throws DataSetError when a file is cut off, of another type, or the two do not fit each other
 */
export async function loadNumpy(path: string): Promise<DataSet> {
  const all = await readPair(path, '');
  const image = imageOf(all.shape, path);
  const classes = classesOf(all.labels, path);
  const hasTest = await exists(join(path, 'test-images.npy'));
  const tenth = Math.floor(all.split.count / 10);
  const learned = head(all.split, all.split.count - tenth);
  const test = hasTest ? await testSplit(path, image, classes) : tail(learned, tenth);
  const data = {
    name: basename(path),
    image,
    classes,
    training: hasTest ? learned : head(learned, learned.count - tenth),
    validation: tail(all.split, tenth),
    test,
  };
  return checkParts(
    data,
    Array.from({ length: classes }, (_, label) => String(label)),
  );
}

async function testSplit(path: string, image: DataSet['image'], classes: number): Promise<Split> {
  const { split, shape, labels } = await readPair(path, 'test-');
  const own = imageOf(shape, path);
  if (own.height !== image.height || own.width !== image.width || own.channels !== image.channels) {
    throw new DataSetError(`${path}: test-images.npy has images of another size than images.npy`);
  }
  const odd = labels.find((label) => label >= classes);
  if (odd !== undefined)
    throw new DataSetError(`${path}: test-labels.npy has label ${odd}, labels.npy has 0 to ${classes - 1}`);
  return split;
}

async function readPair(
  path: string,
  prefix: string,
): Promise<{ split: Split; shape: readonly number[]; labels: readonly number[] }> {
  const file = join(path, `${prefix}images.npy`);
  const { shape, dtype, offset } = await header(file);
  if (dtype !== '|u1') throw new DataSetError(`${file} has values of type ${dtype}; images are bytes (uint8)`);
  const bytes = (await stat(file)).size - offset;
  const expected = shape.reduce((product, size) => product * size, 1);
  if (bytes !== expected) {
    throw new DataSetError(`${file} has ${bytes} bytes of images, its shape asks for ${expected}; it is cut off`);
  }
  const labels = await readLabels(join(path, `${prefix}labels.npy`));
  if (labels.length !== shape[0]) {
    throw new DataSetError(`${path} has ${shape[0]} images and ${labels.length} labels`);
  }
  classesOf(labels, path);
  const images = new ImagesInFile(file, offset, expected / Math.max(1, labels.length));
  return { split: { images, labels: Uint8Array.from(labels), count: labels.length }, shape, labels };
}

function imageOf(shape: readonly number[], path: string): DataSet['image'] {
  if (shape.length !== 3 && shape.length !== 4) {
    throw new DataSetError(
      `${path}: images.npy has a shape of [${shape.join(', ')}], not images × height × width [× channels]`,
    );
  }
  const [, height, width, channels = 1] = shape;
  return { height, width, channels };
}

function classesOf(labels: readonly number[], path: string): number {
  const odd = labels.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= MAX_CLASSES);
  if (odd >= 0) {
    throw new DataSetError(
      `${path}: label ${odd} of labels.npy is ${labels[odd]}; labels are from 0 to ${MAX_CLASSES - 1}`,
    );
  }
  return labels.reduce((most, label) => Math.max(most, label), 0) + 1;
}

const INTEGERS: Record<string, (bytes: Buffer, at: number) => number> = {
  '|u1': (bytes, at) => bytes[at],
  '|i1': (bytes, at) => bytes.readInt8(at),
  '<u2': (bytes, at) => bytes.readUInt16LE(2 * at),
  '<i2': (bytes, at) => bytes.readInt16LE(2 * at),
  '<u4': (bytes, at) => bytes.readUInt32LE(4 * at),
  '<i4': (bytes, at) => bytes.readInt32LE(4 * at),
  '<i8': (bytes, at) => Number(bytes.readBigInt64LE(8 * at)),
  '<u8': (bytes, at) => Number(bytes.readBigUInt64LE(8 * at)),
};

async function readLabels(file: string): Promise<number[]> {
  const { shape, dtype, offset } = await header(file);
  if (!Object.hasOwn(INTEGERS, dtype))
    throw new DataSetError(`${file} has values of type ${dtype}; labels are whole numbers`);
  const count = shape.reduce((product, size) => product * size, 1);
  const bytes = (await readFile(file)).subarray(offset);
  if (bytes.length !== count * Number(dtype[2])) throw new DataSetError(`${file} is cut off`);
  return Array.from({ length: count }, (_, at) => INTEGERS[dtype](bytes, at));
}

/** The header of NumPy's format 1.0 to 3.0. */
async function header(file: string): Promise<NumpyHeader> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new DataSetError(`${file} cannot be read (${error.code ?? error.message})`);
  });
  try {
    const start = Buffer.alloc(4096);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    const refuse = (): never => {
      throw new DataSetError(`${file} is not a NumPy file, or it is cut off`);
    };
    if (bytesRead < 12 || start.toString('latin1', 0, 6) !== '\x93NUMPY') refuse();
    const isLong = start[6] > 1;
    const offset = (isLong ? 12 : 10) + (isLong ? start.readUInt32LE(8) : start.readUInt16LE(8));
    const text = start.toString('latin1', isLong ? 12 : 10, Math.min(offset, bytesRead));
    const dtype = /'descr':\s*'([^']+)'/.exec(text)?.[1] ?? refuse();
    const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1] ?? refuse();
    if (!/'fortran_order':\s*False/.test(text))
      throw new DataSetError(`${file} is in Fortran's order; save it with np.ascontiguousarray`);
    return { dtype, offset, shape: shape.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)])) };
  } finally {
    await handle.close();
  }
}

async function exists(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  await handle?.close();
  return handle !== undefined;
}
