import type onnxProto from 'onnx-proto';
import { NetworkError } from '../network.js';
import { sizeOf } from '../weights.js';
import { float16 } from '../half-floats.js';

/** A constant of an ONNX file; integers, which only say shapes, become numbers too. */
export interface OnnxConstant {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** ONNX's numbers for types. */
const TYPE = { float: 1, int32: 6, int64: 7, float16: 10, double: 11 } as const;
/** Elements of one tensor that are read. */
const MAX_ELEMENTS = 2 ** 30;

/** @throws NetworkError when a tensor is of a type that is not read, lies in another file, or is cut off */
export function onnxTensor(tensor: onnxProto.onnx.ITensorProto, name: string): OnnxConstant {
  const label = `${name}, tensor ${tensor.name ?? ''}`;
  const shape = (tensor.dims ?? []).map(Number);
  const count = sizeOf(shape);
  if (!Number.isSafeInteger(count) || count < 0 || count > MAX_ELEMENTS) {
    throw new NetworkError(`${label} has a shape of [${shape.join(', ')}]`);
  }
  if (tensor.externalData?.length) {
    throw new NetworkError(`${label} lies in another file; save the model with its weights inside`);
  }
  const raw = Buffer.from(tensor.rawData ?? new Uint8Array(0));
  const type = tensor.dataType ?? 0;
  const listed: readonly unknown[] =
    (type === TYPE.float && tensor.floatData) ||
    (type === TYPE.double && tensor.doubleData) ||
    (type === TYPE.int64 && tensor.int64Data) ||
    ((type === TYPE.int32 || type === TYPE.float16) && tensor.int32Data) ||
    [];
  const read = ((): ((at: number) => number) => {
    if (listed.length > 0) return (at) => (type === TYPE.float16 ? float16(Number(listed[at])) : Number(listed[at]));
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
        return (at) => float16(raw.readUInt16LE(2 * at));
      default:
        throw new NetworkError(`${label} is of ONNX's type ${type}; float, double, float16 and integers are read`);
    }
  })();
  const bytes = { [TYPE.float]: 4, [TYPE.double]: 8, [TYPE.int64]: 8, [TYPE.int32]: 4, [TYPE.float16]: 2 }[type] ?? 1;
  if (listed.length > 0 ? listed.length !== count : raw.length !== count * bytes) {
    throw new NetworkError(`${label} has ${listed.length || raw.length / bytes} values, its shape needs ${count}`);
  }
  return { shape, data: Float32Array.from({ length: count }, (_, at) => read(at)) };
}
