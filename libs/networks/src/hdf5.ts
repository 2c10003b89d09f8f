import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { File, Group } from 'h5wasm/node';
import { NetworkError } from './network.js';
import type { WeightTensor } from './weights.js';

/** Loaded only when a file is HDF5; its errors are thrown, not printed. */
async function library(): Promise<typeof File> {
  const hdf5 = await import('h5wasm/node');
  (await hdf5.ready).activate_throwing_error_handler();
  return hdf5.File;
}

/** Opens a file's bytes as HDF5 for as long as `use` runs. The library reads from a file only. */
export async function readHdf5<Result>(bytes: Uint8Array, use: (file: Hdf5File) => Result): Promise<Result> {
  const Hdf5 = await library();
  const path = join(tmpdir(), `espalier-${randomUUID()}.h5`);
  await writeFile(path, bytes);
  let file: File | undefined;
  try {
    file = new Hdf5(path, 'r');
    return use(new Hdf5File(file));
  } finally {
    file?.close();
    await rm(path, { force: true });
  }
}

/** Makes an HDF5 file and gives its bytes. */
export async function writeHdf5(fill: (file: File) => void): Promise<Uint8Array> {
  const Hdf5 = await library();
  const path = join(tmpdir(), `espalier-${randomUUID()}.h5`);
  try {
    const file = new Hdf5(path, 'w');
    try {
      fill(file);
    } finally {
      file.close();
    }
    return await readFile(path);
  } finally {
    await rm(path, { force: true });
  }
}

const FLOATS = new Set(['<f', '<d', '<e']);

/** What the readers of models need of an HDF5 file. */
export class Hdf5File {
  constructor(private readonly file: File) {}

  /** A text attribute of the file, or of a group. */
  text(name: string, path?: string): string | undefined {
    const value = this.#attribute(name, path);
    return typeof value === 'string' ? value : undefined;
  }

  /** A list of texts, such as the names of a layer's weights. */
  texts(name: string, path?: string): string[] | undefined {
    const value = this.#attribute(name, path);
    return Array.isArray(value) ? value.map(String) : undefined;
  }

  keys(path: string): string[] {
    const found = this.file.get(path);
    return found && 'keys' in found ? found.keys() : [];
  }

  /** @throws NetworkError when there is no such tensor of floats */
  tensor(path: string): WeightTensor {
    const found = this.file.get(path);
    if (!found || !('shape' in found)) throw new NetworkError(`the file has no weight ${path}`);
    const { shape, dtype, value } = found;
    if (shape === null || typeof dtype !== 'string' || !FLOATS.has(dtype) || !ArrayBuffer.isView(value)) {
      throw new NetworkError(`weight ${path} is of type ${JSON.stringify(dtype)}; floats are read`);
    }
    return { shape, data: Float32Array.from(value as Float32Array) };
  }

  #attribute(name: string, path?: string): unknown {
    const holder = path === undefined ? this.file : this.file.get(path);
    if (!holder || !('attrs' in holder)) return undefined;
    return (holder as Group).attrs[name]?.value;
  }
}
