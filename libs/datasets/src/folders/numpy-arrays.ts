import { open, readFile, stat } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { DataSetError } from '../data-set.js';
import { ImagesInFile, ImagesInMemory, type Images } from '../images/images.js';
import { unreadable } from '../splits/split-facts.js';

/**
 * An array of a .npy file, or one of those in a .npz file. Its values are read when they are
 * needed.
 */
export interface NumpyArray {
  /** Name for messages. */
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The values as stored in the file. */
  values(): Promise<Uint8Array>;
  /** The values as images of this many bytes each. */
  images(bytesEach: number): Promise<Images>;
}

interface NumpyHeader {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly offset: number;
}

/** An unpacked .npz holds no more than this. */
const UNPACKED_BYTES = 4 * 2 ** 30;
/** A header is within this, but for structured types, which are not read. */
const HEADER_BYTES = 4096;

/** @throws DataSetError when it is not a .npy file of numbers in C order, or is cut off */
export async function openNpy(file: string): Promise<NumpyArray> {
  const handle = await open(file).catch(unreadable(file));
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const { dtype, shape, offset } = readHeader(buffer.subarray(0, bytesRead), file);
    checkSize((await stat(file)).size - offset, dtype, shape, file);
    return {
      ...{ name: file, dtype, shape },
      values: async () => (await readFile(file)).subarray(offset),
      images: (bytesEach) => Promise.resolve(new ImagesInFile(file, offset, bytesEach)),
    };
  } finally {
    await handle.close();
  }
}

/**
 * The arrays of a .npz file, as np.savez and np.savez_compressed write it. @throws DataSetError as
 * `openNpy`
 */
export async function openNpz(file: string): Promise<(NumpyArray & { readonly key: string })[]> {
  const bytes = await readFile(file).catch(unreadable(file));
  let total = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes, {
      filter: ({ name, originalSize }) => name.endsWith('.npy') && (total += originalSize) <= UNPACKED_BYTES,
    });
  } catch (error) {
    throw new DataSetError(`${file} is not a .npz file, or it is cut off (${(error as Error).message})`, {
      cause: error,
    });
  }
  if (total > UNPACKED_BYTES)
    throw new DataSetError(`${file} unpacks to more than 4 GiB; save its arrays as .npy files`);
  return Object.entries(entries).map(([entry, content]) => {
    const key = entry.replace(/\.npy$/, '');
    const name = `${file}, array ${key}`;
    const { dtype, shape, offset } = readHeader(Buffer.from(content.subarray(0, HEADER_BYTES)), name);
    const values = content.subarray(offset);
    checkSize(values.length, dtype, shape, name);
    return {
      ...{ key, name, dtype, shape },
      values: () => Promise.resolve(values),
      images: (bytesEach) => Promise.resolve(new ImagesInMemory(values, bytesEach)),
    };
  });
}

const READERS: Readonly<Record<string, (bytes: DataView, at: number) => number>> = {
  '|b1': (bytes, at) => bytes.getUint8(at),
  '|u1': (bytes, at) => bytes.getUint8(at),
  '|i1': (bytes, at) => bytes.getInt8(at),
  '<u2': (bytes, at) => bytes.getUint16(2 * at, true),
  '<i2': (bytes, at) => bytes.getInt16(2 * at, true),
  '<u4': (bytes, at) => bytes.getUint32(4 * at, true),
  '<i4': (bytes, at) => bytes.getInt32(4 * at, true),
  '<i8': (bytes, at) => Number(bytes.getBigInt64(8 * at, true)),
  '<u8': (bytes, at) => Number(bytes.getBigUint64(8 * at, true)),
  '<f4': (bytes, at) => bytes.getFloat32(4 * at, true),
  '<f8': (bytes, at) => bytes.getFloat64(8 * at, true),
};

/** The array's values as numbers. @throws DataSetError when they are of a type that is not read */
export async function numbersOf(array: NumpyArray): Promise<number[]> {
  const { name, dtype, shape } = array;
  const read = Object.hasOwn(READERS, dtype) ? READERS[dtype] : undefined;
  if (!read) throw new DataSetError(`${name} has values of type ${dtype}; labels are numbers in little-endian order`);
  const values = await array.values();
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  return Array.from({ length: sizeOf(shape) }, (_, at) => read(view, at));
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The header of NumPy's format 1.0 to 3.0. */
function readHeader(start: Buffer, name: string): NumpyHeader {
  const refuse = (): never => {
    throw new DataSetError(`${name} is not a NumPy array, or it is cut off`);
  };
  if (start.length < 12 || start.toString('latin1', 0, 6) !== '\x93NUMPY') refuse();
  const isLong = start[6] > 1;
  const offset = (isLong ? 12 : 10) + (isLong ? start.readUInt32LE(8) : start.readUInt16LE(8));
  const text = start.toString('latin1', isLong ? 12 : 10, Math.min(offset, start.length));
  const dtype = /'descr':\s*'([^']+)'/.exec(text)?.[1] ?? refuse();
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1] ?? refuse();
  if (!/'fortran_order':\s*False/.test(text))
    throw new DataSetError(`${name} is in Fortran's order; save it with np.ascontiguousarray`);
  return { dtype, offset, shape: shape.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)])) };
}

function checkSize(bytes: number, dtype: string, shape: readonly number[], name: string): void {
  const expected = sizeOf(shape) * Number(/\d+$/.exec(dtype)?.[0] ?? NaN);
  if (bytes === expected || Number.isNaN(expected)) return;
  throw new DataSetError(`${name} has ${bytes} bytes of values, its shape asks for ${expected}; it is cut off`);
}
