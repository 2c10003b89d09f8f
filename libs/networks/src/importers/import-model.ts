import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { NetworkError } from '../graph/network.js';
import { reading, type ImportedModel, type ImportPurpose } from './imported-model.js';
import { importKerasArchive, importKerasHdf5 } from './keras/files.js';
import { decodeOnnx } from './onnx/decode-onnx.js';
import { readExternalData } from './onnx/external-data.js';
import { importDecodedOnnx } from './onnx/model.js';
import { importTfjsLayers } from './tfjs/model.js';

const HDF5_MAGIC = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
const ZIP_MAGIC = Buffer.from('PK\x03\x04', 'latin1');

/**
 * A trained network from a file: Keras 3's .keras, HDF5, ONNX, or the model.json of tfjs's layers
 * format with its weight files beside it. What the file is, is seen by its content.
 *
 * @param purpose what for: to `price` it, weights may be missing
 * @throws NetworkError when it is none of these, is cut off, or has what is not known
 */
export async function importModel(path: string, purpose: ImportPurpose = 'run'): Promise<ImportedModel> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new NetworkError(`${path} cannot be read (${error.code ?? error.message})`);
  });
  const name = networkName(path);
  if (bytes.subarray(0, 8).equals(HDF5_MAGIC)) return importKerasHdf5(bytes, name, purpose);
  if (bytes.subarray(0, 4).equals(ZIP_MAGIC)) return importKerasArchive(bytes, name, purpose);
  if (/^\s*\{/.test(bytes.toString('latin1', 0, 100))) {
    const content = await reading(name, 'a model.json', () => JSON.parse(bytes.toString('utf8')) as unknown);
    return importTfjsLayers(content, name, (shard) => readShard(dirname(resolve(path)), shard, name), purpose);
  }
  const decoded = decodeOnnx(bytes, name);
  await readExternalData(decoded.graph, path, name, purpose);
  return importDecodedOnnx(decoded, name, purpose);
}

/** A file that a manifest names lies beside it, and not elsewhere. */
async function readShard(folder: string, shard: string, name: string): Promise<Uint8Array> {
  const path = resolve(folder, shard);
  if (!path.startsWith(folder + sep)) throw new NetworkError(`${name} names weights outside its folder: ${shard}`);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile())
    throw new NetworkError(`${name} names the file ${shard}, which is not beside it; copy all its files`);
  return readFile(path);
}

/** From the file's name, or of a model.json that of its folder. */
function networkName(path: string): string {
  const name = basename(path, extname(path));
  const own = name === 'model' ? basename(dirname(resolve(join(path)))) : name;
  return own.replace(/[^\w.-]/g, '_').slice(0, 100) || 'model';
}
