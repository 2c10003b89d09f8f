import type onnxProto from 'onnx-proto';
import { NetworkError } from '../../graph/network.js';
import { sizeOf } from '../../graph/weights.js';
import { bfloat16, float16 } from '../../formats/half-floats.js';
import { isExternal } from './external-data.js';

/** A constant of an ONNX file; integers, which only say shapes, become numbers too. */
export interface OnnxConstant {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** Whether the file has its shape alone; there are no values then. */
  readonly isMissing?: boolean;
  /** Whether its values are whole numbers in ONNX: they are divided as such. */
  readonly isWhole?: boolean;
}

/** ONNX's numbers for types. */
const TYPE = { float: 1, int32: 6, int64: 7, bool: 9, float16: 10, double: 11, bfloat16: 16 } as const;
/** Types whose values may lie in `int32_data`, a half float by its bits. */
const IN_INT32_DATA: ReadonlySet<number> = new Set([TYPE.int32, TYPE.bool, TYPE.float16, TYPE.bfloat16]);
const BYTES: Readonly<Record<number, number>> = {
  ...{ [TYPE.float]: 4, [TYPE.double]: 8, [TYPE.int64]: 8, [TYPE.int32]: 4 },
  ...{ [TYPE.float16]: 2, [TYPE.bfloat16]: 2, [TYPE.bool]: 1 },
};
/** The types of numbers with fractions: float, float16, double, bfloat16. */
export const FLOATING_TYPES: ReadonlySet<number> = new Set([TYPE.float, TYPE.float16, TYPE.double, TYPE.bfloat16]);
/** Elements of one tensor that are read. */
const MAX_ELEMENTS = 2 ** 30;

/**
 * @throws NetworkError when a tensor is of a type that is not read, lies in another file, or is cut
 *   off
 */
export function onnxTensor(tensor: onnxProto.onnx.ITensorProto, name: string): OnnxConstant {
  const label = `${name}, tensor ${tensor.name ?? ''}`;
  const shape = (tensor.dims ?? []).map(Number);
  const count = sizeOf(shape);
  if (!Number.isSafeInteger(count) || count < 0 || count > MAX_ELEMENTS) {
    throw new NetworkError(`${label} has a shape of [${shape.join(', ')}]`);
  }
  const raw = Buffer.from(tensor.rawData ?? new Uint8Array(0));
  const type = tensor.dataType ?? 0;
  const listed: readonly unknown[] =
    (type === TYPE.float && tensor.floatData) ||
    (type === TYPE.double && tensor.doubleData) ||
    (type === TYPE.int64 && tensor.int64Data) ||
    (IN_INT32_DATA.has(type) && tensor.int32Data) ||
    [];
  const read = ((): ((at: number) => number) => {
    const half = type === TYPE.float16 ? float16 : type === TYPE.bfloat16 ? bfloat16 : undefined;
    if (listed.length > 0) return (at) => half?.(Number(listed[at])) ?? Number(listed[at]);
    switch (type) {
      case TYPE.float:
        return (at) => raw.readFloatLE(4 * at);
      case TYPE.double:
        return (at) => raw.readDoubleLE(8 * at);
      case TYPE.int64:
        return (at) => Number(raw.readBigInt64LE(8 * at));
      case TYPE.int32:
        return (at) => raw.readInt32LE(4 * at);
      case TYPE.float16:
      case TYPE.bfloat16:
        return (at) => half?.(raw.readUInt16LE(2 * at)) ?? NaN;
      case TYPE.bool:
        return (at) => raw[at];
      default:
        throw new NetworkError(
          `${label} is of ONNX's type ${type}; float, double, float16, bfloat16, int32, int64 and bool are read`,
        );
    }
  })();
  const isLeftOut = listed.length === 0 && raw.length === 0 && count > 0;
  if (isLeftOut || isExternal(tensor)) return { shape, data: new Float32Array(), isMissing: true };
  const bytes = BYTES[type] ?? 1;
  if (listed.length > 0 ? listed.length !== count : raw.length !== count * bytes) {
    throw new NetworkError(`${label} has ${listed.length || raw.length / bytes} values, its shape needs ${count}`);
  }
  const isWhole = type === TYPE.int32 || type === TYPE.int64;
  return { shape, data: Float32Array.from({ length: count }, (_, at) => read(at)), ...(isWhole && { isWhole }) };
}
