// Operations that move numbers and compute none, and the attributes of a float32 one.
import type { Attribute, Graph } from '@espalier/tensorflow';

export const FLOAT: Attribute = { dtype: 'float32' };
export const T = { T: FLOAT };

/** Images of the batch by themselves, each of the given shape. */
export function reshape(graph: Graph, flow: string, shape: readonly number[]): string {
  return graph.add('Reshape', [flow, graph.integers(-1, ...shape)], T);
}

/** A constant of one number for all channels, or of one for each. */
export function perChannel(graph: Graph, values: readonly number[]): string {
  return values.length === 1
    ? graph.scalar(values[0])
    : graph.constant({ dtype: 'float32', shape: [values.length], data: Float32Array.from(values) });
}

/** Rows and columns around an image: top, left, bottom, right. */
export function pad(graph: Graph, flow: string, [top, left, bottom, right]: readonly number[], value: number): string {
  const edges = Int32Array.of(0, 0, top, bottom, left, right, 0, 0);
  const paddings = graph.constant({ dtype: 'int32', shape: [4, 2], data: edges });
  const types = { ...T, Tpaddings: { dtype: 'int32' } } as const;
  return value === 0
    ? graph.add('Pad', [flow, paddings], types)
    : graph.add('PadV2', [flow, paddings, graph.scalar(value)], types);
}

/** A tensor's channels in so many equal parts. */
export function split(graph: Graph, tensor: string, parts: number): string[] {
  const axis = graph.constant({ dtype: 'int32', shape: [], data: Int32Array.of(3) });
  const first = graph.add('Split', [axis, tensor], { ...T, num_split: { int: parts } });
  return Array.from({ length: parts }, (_, i) => `${first}:${i}`);
}

/** One tensor after the other, along an axis; the channels' if none is said. */
export function concatenate(graph: Graph, parts: readonly string[], along = 3): string {
  if (parts.length === 1) return parts[0];
  const axis = graph.constant({ dtype: 'int32', shape: [], data: Int32Array.of(along) });
  return graph.add('ConcatV2', [parts, axis], { ...T, N: { int: parts.length }, Tidx: { dtype: 'int32' } });
}
