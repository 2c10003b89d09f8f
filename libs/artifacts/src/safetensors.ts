/** Tensors and text in one file; see `encodeSafetensors`. */
export interface NamedTensors {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes that are not a safetensors file, or one of other tensors than float32. */
export class SafetensorsError extends Error {
  override name = 'SafetensorsError';
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/**
 * Encodes float32 tensors in the safetensors format, which Python's library of that name opens: the
 * header's length in 8 bytes, a JSON header, and the tensors' bytes. The same content gives the
 * same bytes.
 *
 * @see https://huggingface.co/docs/safetensors
 */
export function encodeSafetensors({ tensors, metadata }: NamedTensors): Uint8Array {
  const header: Record<string, HeaderEntry | Record<string, string>> = { __metadata__: { ...metadata } };
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape: [...shape], data_offsets: [offset, offset + data.byteLength] };
    parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  // The data begins at a multiple of 8; the format allows trailing spaces in the header for that.
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
}

/** @throws SafetensorsError */
export function decodeSafetensors(bytes: Uint8Array): NamedTensors {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 8) throw new SafetensorsError('the file is cut off');
  const headerLength = Number(buffer.readBigUInt64LE(0));
  if (headerLength > buffer.length - 8) throw new SafetensorsError('the file is cut off in its header');
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(buffer.toString('utf8', 8, 8 + headerLength)) as Record<string, unknown>;
  } catch (cause) {
    throw new SafetensorsError('the header is not JSON', { cause });
  }
  const content = buffer.subarray(8 + headerLength);
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: offsets } = value as HeaderEntry;
    if (dtype !== 'F32') throw new SafetensorsError(`tensor ${name} is ${dtype}, only F32 is read`);
    const [start, end] = offsets;
    const elements = shape.reduce((product, size) => product * size, 1);
    if (end > content.length || end - start !== 4 * elements) {
      throw new SafetensorsError(`tensor ${name} does not fit the file`);
    }
    const data = new Float32Array(elements);
    Buffer.from(data.buffer).set(content.subarray(start, end));
    tensors.set(name, { shape, data });
  }
  return { tensors, metadata: (header.__metadata__ ?? {}) as Record<string, string> };
}
