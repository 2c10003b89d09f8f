import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { crc32c } from '@node-rs/crc32';
import { DataSetError } from '../data-set.js';

/** A compressed file unpacks to no more than this: it is held in memory while it is read. */
const UNPACKED_BYTES = 2 ** 31 - 1;

export interface TfrecordPlace {
  readonly record: Uint8Array;
  /** Reads the record again. */
  readonly read: () => Promise<Uint8Array>;
}

/**
 * The records of a file, one after the other; TensorFlow's GZIP and ZLIB files are unpacked.
 *
 * @throws DataSetError when the file is cut off, or a checksum is wrong
 */
export async function* openTfrecords(file: string): AsyncGenerator<TfrecordPlace> {
  const handle = await open(file);
  try {
    const { size } = await stat(file);
    const packed = await packing(handle, size);
    if (packed === undefined) {
      const read = (from: number, length: number): Promise<Buffer> => readAt(handle, from, length);
      for await (const { record, at } of records(file, size, read)) {
        yield { record, read: () => bytesAt(file, at, record.length) };
      }
      return;
    }
    const bytes = await unpack(file, packed);
    const read = (from: number, length: number): Promise<Buffer> =>
      Promise.resolve(bytes.subarray(from, from + length));
    for await (const { record } of records(file, bytes.length, read))
      yield { record, read: () => Promise.resolve(record) };
  } finally {
    await handle.close();
  }
}

/**
 * How a file is compressed: its first bytes are those of the format, and no length of a record with
 * its checksum.
 */
async function packing(handle: FileHandle, size: number): Promise<'GZIP' | 'ZLIB' | undefined> {
  const start = await readAt(handle, 0, Math.min(12, size));
  if (start.length === 12 && masked(start.subarray(0, 8)) === start.readUInt32LE(8)) return undefined;
  if (start[0] === 0x1f && start[1] === 0x8b) return 'GZIP';
  return start.length > 2 && start[0] === 0x78 && start.readUInt16BE(0) % 31 === 0 ? 'ZLIB' : undefined;
}

async function unpack(file: string, packed: 'GZIP' | 'ZLIB'): Promise<Buffer> {
  try {
    const bytes = await readFile(file);
    return await promisify(packed === 'GZIP' ? gunzip : inflate)(bytes, { maxOutputLength: UNPACKED_BYTES });
  } catch (error) {
    throw new DataSetError(`${file} cannot be unpacked as ${packed} (${(error as Error).message}); write it anew`, {
      cause: error,
    });
  }
}

/** A record: its length (uint64) and that one's checksum, its bytes and their checksum. */
async function* records(
  file: string,
  size: number,
  read: (from: number, length: number) => Promise<Buffer>,
): AsyncGenerator<{ record: Uint8Array; at: number }> {
  for (let at = 0; at < size;) {
    if (at + 12 > size) throw new DataSetError(`${file} is cut off at byte ${at}`);
    const head = await read(at, 12);
    if (masked(head.subarray(0, 8)) !== head.readUInt32LE(8)) {
      throw new DataSetError(`${file} is damaged at byte ${at}: the length's checksum is wrong`);
    }
    const length = Number(head.readBigUInt64LE());
    const start = at + 12;
    if (start + length + 4 > size) throw new DataSetError(`${file} is cut off at byte ${at}`);
    const rest = await read(start, length + 4);
    const record = rest.subarray(0, length);
    if (masked(record) !== rest.readUInt32LE(length)) {
      throw new DataSetError(`${file} is damaged at byte ${start}: the record's checksum is wrong`);
    }
    yield { record, at: start };
    at = start + length + 4;
  }
}

async function bytesAt(file: string, from: number, length: number): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    return await readAt(handle, from, length);
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  return (await handle.read(Buffer.alloc(length), 0, length, from)).buffer;
}

/** The checksum that TFRecords have: a CRC-32C, rotated and shifted. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(Buffer.from(bytes));
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
