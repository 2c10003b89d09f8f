import { DataSetError } from '../data-set.js';

/**
 * Reads an IDX file of unsigned bytes, the format of MNIST.
 *
 * @returns the sizes of its dimensions and the bytes in row-major order
 * @throws DataSetError when the file is of another type, cut off or too long
 */
export function parseIdx(bytes: Uint8Array, name: string): { sizes: number[]; data: Uint8Array } {
  const UNSIGNED_BYTE = 0x08;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== UNSIGNED_BYTE) {
    throw new DataSetError(`${name} is not an IDX file of bytes`);
  }
  const dimensions = bytes[3];
  const header = 4 + 4 * dimensions;
  if (bytes.length < header) throw new DataSetError(`${name} is cut off in its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = sizes.reduce((product, size) => product * size, 1);
  if (bytes.length - header !== expected) {
    throw new DataSetError(`${name} should have ${expected} bytes after its header and has ${bytes.length - header}`);
  }
  return { sizes, data: bytes.subarray(header) };
}
