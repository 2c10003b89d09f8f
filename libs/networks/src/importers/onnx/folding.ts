import type onnxProto from 'onnx-proto';
import { transposed } from '../../formats/transpose-axes.js';
import { sizeOf } from '../../graph/weights.js';
import { FLOATING_TYPES, onnxTensor, type OnnxConstant } from './tensors.js';
import type { OnnxAttributes } from './attributes.js';

/** Elements of a tensor that a node makes of a shape. */
const MAX_ELEMENTS = 2 ** 28;
/** int32 and int64. */
const WHOLE_TYPES: ReadonlySet<number> = new Set([6, 7]);

interface Folded {
  readonly node: onnxProto.onnx.INodeProto;
  readonly attributes: OnnxAttributes;
  readonly inputs: readonly (OnnxConstant | undefined)[];
  readonly name: string;
}

type Fold = (folded: Folded) => OnnxConstant | undefined;

/**
 * What a node makes of constants, as exporters write shapes and weights; undefined where it is not
 * known.
 *
 * The number of images is NaN in a shape: it may be any.
 */
export function foldConstants(folded: Folded): OnnxConstant | undefined {
  const operator = folded.node.opType ?? '';
  const fold = Object.hasOwn(FOLDS, operator) ? FOLDS[operator] : undefined;
  const made = fold?.(folded);
  if (made && folded.inputs.some((input) => input?.isMissing)) return { ...made, isMissing: true };
  return made?.data.length === sizeOf(made?.shape ?? []) ? made : undefined;
}

const FOLDS: Readonly<Record<string, Fold>> = {
  Constant: ({ node, name, attributes }) => {
    const value = (node.attribute ?? []).find((attribute) => attribute.name === 'value')?.t;
    if (value) return onnxTensor(value, name);
    const numbers = attributes.floats('value_floats') ?? attributes.integers('value_ints');
    if (numbers) return { shape: [numbers.length], data: Float32Array.from(numbers) };
    const has = (key: string): boolean => (node.attribute ?? []).some((attribute) => attribute.name === key);
    if (has('value_float')) return { shape: [], data: Float32Array.of(attributes.float('value_float', 0)) };
    return has('value_int') ? { shape: [], data: Float32Array.of(attributes.integer('value_int', 0)) } : undefined;
  },
  ConstantOfShape: ({ node, name, inputs: [shape] }) => {
    const dims = [...(shape?.data ?? [NaN])];
    if (dims.some((size) => !(size >= 0)) || sizeOf(dims) > MAX_ELEMENTS) return undefined;
    const value = (node.attribute ?? []).find((attribute) => attribute.name === 'value')?.t;
    const fill = value ? onnxTensor(value, name).data[0] : 0;
    return { shape: dims, data: new Float32Array(sizeOf(dims)).fill(fill) };
  },
  Identity: ({ inputs: [input] }) => input,
  Cast: ({ inputs: [input], attributes }) => {
    const type = attributes.integer('to', 1);
    if (!input || !(WHOLE_TYPES.has(type) || FLOATING_TYPES.has(type))) return undefined;
    if (WHOLE_TYPES.has(type)) return { ...input, data: input.data.map(Math.trunc), isWhole: true };
    return { shape: input.shape, data: input.data, ...(input.isMissing && { isMissing: true }) };
  },
  Reshape: ({ inputs: [input, target] }) => {
    if (!input || !target) return undefined;
    const asked = [...target.data].map((size, i) => (size === 0 ? (input.shape[i] ?? 0) : size));
    const known = asked.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
    return { ...input, shape: asked.map((size) => (size === -1 ? sizeOf(input.shape) / known : size)) };
  },
  Flatten: ({ inputs: [input], attributes }) => {
    if (!input) return undefined;
    const axis = attributes.integer('axis', 1);
    const at = axis < 0 ? axis + input.shape.length : axis;
    return { ...input, shape: [sizeOf(input.shape.slice(0, at)), sizeOf(input.shape.slice(at))] };
  },
  Squeeze: ({ inputs: [input, axes], attributes }) => {
    if (!input) return undefined;
    const rank = input.shape.length;
    const given = attributes.integersOr('axes', axes);
    const gone = given?.map((axis) => (axis < 0 ? axis + rank : axis));
    return { ...input, shape: input.shape.filter((size, axis) => !(gone ? gone.includes(axis) : size === 1)) };
  },
  Unsqueeze: ({ inputs: [input, axes], attributes }) => {
    const given = attributes.integersOr('axes', axes);
    if (!input || !given) return undefined;
    const shape = [...input.shape];
    const rank = shape.length + given.length;
    for (const axis of given.map((each) => (each < 0 ? each + rank : each)).sort((a, b) => a - b)) {
      shape.splice(axis, 0, 1);
    }
    return { ...input, shape };
  },
  Transpose: ({ inputs: [input], attributes }) => {
    if (!input) return undefined;
    const axes = attributes.integers('perm') ?? input.shape.map((_, axis) => input.shape.length - 1 - axis);
    if ([...axes].sort((a, b) => a - b).join() !== input.shape.map((_, axis) => axis).join()) return undefined;
    return { shape: axes.map((axis) => input.shape[axis]), data: transposed(input.data, input.shape, axes) };
  },
  Gather: ({ inputs: [input, indices], attributes }) => {
    if (input?.shape.length !== 1 || !indices || attributes.integer('axis', 0) > 0) return undefined;
    const at = [...indices.data].map((index) => (index < 0 ? index + input.data.length : index));
    if (at.some((index) => !(index in input.data))) return undefined;
    return { shape: indices.shape, data: Float32Array.from(at, (index) => input.data[index]) };
  },
  Slice: ({ inputs: [input, starts, ends, axes, steps], attributes }) => {
    if (input?.shape.length !== 1) return undefined;
    const first = (given: OnnxConstant | undefined, key: string, otherwise: number): number =>
      given?.data[0] ?? attributes.integers(key)?.[0] ?? otherwise;
    if (first(axes, 'axes', 0) > 0 || first(steps, 'steps', 1) !== 1) return undefined;
    const data = input.data.slice(first(starts, 'starts', 0), first(ends, 'ends', input.data.length));
    return { shape: [data.length], data };
  },
  Concat: ({ inputs, attributes }) => {
    if (attributes.integer('axis', 0) > 0 || inputs.some((input) => input?.shape.length !== 1)) return undefined;
    const data = Float32Array.from(inputs.flatMap((input) => [...(input?.data ?? [])]));
    return { shape: [data.length], data };
  },
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Div: (folded) => {
    const made = pairwise((a, b) => a / b)(folded);
    return made?.isWhole ? { ...made, data: made.data.map(Math.trunc) } : made;
  },
};

/** Of two tensors of one shape, or of a tensor and a number. */
function pairwise(compute: (a: number, b: number) => number): Fold {
  return ({ inputs: [one, other] }) => {
    if (!one || !other) return undefined;
    if (one.shape.join() === other.shape.join() || other.data.length === 1) {
      return { ...one, data: one.data.map((value, i) => compute(value, other.data[other.data.length === 1 ? 0 : i])) };
    }
    return one.data.length === 1
      ? { ...other, data: other.data.map((value) => compute(one.data[0], value)) }
      : undefined;
  };
}
