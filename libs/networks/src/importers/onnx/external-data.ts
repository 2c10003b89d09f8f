import { open, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type onnxProto from 'onnx-proto';
import { NetworkError } from '../../graph/network.js';
import type { ImportPurpose } from '../imported-model.js';

const EXTERNAL = 1;
/** Of one tensor. */
const MAX_BYTES = 2 ** 32;

/**
 * Reads the values that a model keeps in files beside it, as PyTorch's exporter writes them, into
 * its tensors.
 *
 * @param path of the model: values are read from its own folder and from nowhere else
 * @param purpose what for: to `price` the model, the files may be missing
 * @throws NetworkError naming the tensor, when its file is elsewhere, missing, or too short
 */
export async function readExternalData(
  graph: onnxProto.onnx.IGraphProto,
  path: string,
  name: string,
  purpose: ImportPurpose,
): Promise<void> {
  const attributes = (graph.node ?? []).flatMap(({ attribute }) => attribute ?? []);
  const tensors = [...(graph.initializer ?? []), ...attributes.flatMap(({ t }) => t ?? [])];
  const external = tensors.filter(isExternal);
  if (external.length === 0) return;
  const folder = dirname(await realpath(path));
  for (const tensor of external) {
    const values = await read(tensor, folder, `${name}, tensor ${tensor.name ?? ''}`, purpose);
    if (values === undefined) continue;
    tensor.rawData = values;
    tensor.externalData = [];
    tensor.dataLocation = 0;
  }
}

/** Whether a tensor's values lie in another file. */
export function isExternal({ dataLocation, externalData }: onnxProto.onnx.ITensorProto): boolean {
  return Number(dataLocation ?? 0) === EXTERNAL || (externalData ?? []).length > 0;
}

async function read(
  { externalData }: onnxProto.onnx.ITensorProto,
  folder: string,
  label: string,
  purpose: ImportPurpose,
): Promise<Uint8Array | undefined> {
  const entries = new Map((externalData ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
  const location = entries.get('location') ?? '';
  const number = (key: string, otherwise: number): number => {
    const value = Number(entries.get(key) ?? otherwise);
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new NetworkError(`${label} has ${key} ${entries.get(key)} in ${location}; it must be a whole number`);
    }
    return value;
  };
  const file = await realpath(join(folder, location)).catch(() => undefined);
  if (location === '' || (file !== undefined && !file.startsWith(folder + sep))) {
    throw new NetworkError(`${label} names values outside its model's folder: ${location}; put them beside the model`);
  }
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  if (file === undefined || !found?.isFile()) {
    if (purpose === 'price') return undefined;
    throw new NetworkError(`${label} lies in ${location}, which is not beside the model; copy both files together`);
  }
  const offset = number('offset', 0);
  const length = number('length', Math.max(0, found.size - offset));
  if (length > MAX_BYTES || offset + length > found.size) {
    throw new NetworkError(
      `${label} asks for bytes ${offset} to ${offset + length} of ${location}, which has ${found.size}; it is cut off`,
    );
  }
  const handle = await open(file);
  try {
    return (await handle.read(Buffer.alloc(length), 0, length, offset)).buffer;
  } finally {
    await handle.close();
  }
}
