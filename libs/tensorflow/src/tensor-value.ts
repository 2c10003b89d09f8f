export type DataType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool' | 'resource';

/** A dense tensor in row-major order; `data` has as many elements as the product of `shape`. */
export interface TensorValue {
  dtype: DataType;
  shape: readonly number[];
  data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;
}

/** Tensors by the name of the placeholder they are given to. */
export type Feeds = Record<string, TensorValue>;

/**
 * An operation's attribute, written as TensorFlow's own definition of the operation names and types
 * it.
 */
export type Attribute =
  | { dtype: DataType }
  | { int: number }
  | { ints: readonly number[] }
  | { float: number }
  | { bool: boolean }
  | { string: string }
  | { shape: readonly number[] }
  | { tensor: TensorValue };
