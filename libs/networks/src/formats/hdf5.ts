import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attribute, Dataset, File, Group } from 'h5wasm/node';
import { decodeBfloat16, decodeFloat16 } from './half-floats.js';
import { NetworkError } from '../graph/network.js';
import type { WeightTensor } from '../graph/weights.js';

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
    const { ready } = await import('h5wasm/node');
    return use(new Hdf5File(file, await ready));
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

const FLOATS = new Set(['<f', '<d']);
type Library = Awaited<typeof import('h5wasm/node').ready>;

/** What the readers of models need of an HDF5 file. */
export class Hdf5File {
  constructor(
    private readonly file: File,
    private readonly library: Library,
  ) {}

  /** A text attribute of the file, or of a group. */
  text(name: string, path?: string): string | undefined {
    const attribute = this.#attribute(name, path);
    return typeof attribute?.value === 'string' ? decodedText(attribute.value, attribute) : undefined;
  }

  /**
   * A list of texts, such as the names of a layer's weights. Keras divides a long list among
   * `name0`, `name1`, …
   */
  texts(name: string, path?: string): string[] | undefined {
    const attribute = this.#attribute(name, path);
    if (attribute) return listOfTexts(attribute);
    const parts: string[] = [];
    for (let i = 0; ; i++) {
      const part = this.#attribute(`${name}${i}`, path);
      if (!part) return i === 0 ? undefined : parts;
      parts.push(...(listOfTexts(part) ?? []));
    }
  }

  keys(path: string): string[] {
    const found = this.file.get(path);
    return found && 'keys' in found ? found.keys() : [];
  }

  isOfIntegers(path: string): boolean {
    const found = this.file.get(path);
    return found !== null && 'dtype' in found && typeof found.dtype === 'string' && /^[<>][bhiq]$/i.test(found.dtype);
  }

  /** @throws NetworkError when there is no such tensor of floats */
  tensor(path: string): WeightTensor {
    const found = this.file.get(path);
    if (!found || !('shape' in found)) throw new NetworkError(`the file has no weight ${path}`);
    const { shape, dtype } = found;
    if (shape === null) throw new NetworkError(`weight ${path} is empty`);
    if (dtype === '<e') return { shape, data: decodeFloat16(this.#bytes(found)) };
    // HDF5 has no type for bfloat16: Keras stores pairs of bytes, and may note what they are beside
    // them.
    if (dtype === 'unknown' && found.metadata.size === 2 && (this.text('dtype', path) ?? 'bfloat16') === 'bfloat16') {
      return { shape, data: decodeBfloat16(this.#bytes(found)) };
    }
    if (typeof dtype !== 'string' || !FLOATS.has(dtype)) {
      throw new NetworkError(`weight ${path} is of type ${JSON.stringify(dtype)}; floats are read`);
    }
    const { value } = found;
    if (typeof value === 'number') return { shape, data: Float32Array.of(value) };
    if (!ArrayBuffer.isView(value)) throw new NetworkError(`weight ${path} has no values`);
    return { shape, data: Float32Array.from(value as Float32Array) };
  }

  /** Values as they lie in the file, of types that the library does not decode. */
  #bytes({ file_id: file, path, metadata }: Dataset): Uint8Array {
    const count = metadata.size * metadata.total_size;
    const at = this.library._malloc(count);
    try {
      this.library.get_dataset_data(file, path, null, null, null, BigInt(at));
      return this.library.HEAPU8.slice(at, at + count);
    } finally {
      this.library._free(at);
    }
  }

  #attribute(name: string, path?: string): Attribute | undefined {
    const holder = path === undefined ? this.file : this.file.get(path);
    if (!holder || !('attrs' in holder)) return undefined;
    return (holder as Group).attrs[name];
  }
}

function listOfTexts(attribute: Attribute): string[] | undefined {
  const { value } = attribute;
  return Array.isArray(value)
    ? value.map((each) => decodedText(typeof each === 'string' ? each : '', attribute))
    : undefined;
}

/** Characters that the library makes of bytes beyond ASCII where they are not their own number. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Keras writes UTF-8 into texts that are marked as ASCII, which the library reads byte by byte. */
function decodedText(text: string, { metadata }: Attribute): string {
  if (metadata.cset === 1 || /^[\0-\x7f]*$/.test(text)) return text;
  const bytes = Array.from(text, (each) => {
    const place = WINDOWS_1252.indexOf(each);
    return place >= 0 ? 0x80 + place : (each.codePointAt(0) ?? 0);
  });
  if (bytes.some((byte) => byte > 0xff)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return text;
  }
}
