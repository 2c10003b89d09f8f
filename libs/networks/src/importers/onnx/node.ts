import type { ImageShape } from '../../graph/infer-shapes.js';
import type { Layer } from '../../graph/network.js';
import type { OnnxOrder } from '../../formats/onnx-order.js';
import type { WeightRole } from '../../graph/weights.js';
import type { OnnxAttributes } from './attributes.js';
import type { OnnxConstant } from './tensors.js';

/** How a tensor's values lie in ONNX. */
export interface OnnxLayout {
  /** Its sizes in ONNX, without that of the batch. */
  readonly dims: readonly number[];
  /** Of a vector that was flattened from an image; undefined where its values lie as ours. */
  readonly order?: OnnxOrder | undefined;
  /** Whether it is an image of height × width × channels in ONNX too, after a Transpose. */
  readonly channelsLast?: boolean | undefined;
}

/** A tensor of the graph as one of ours. */
export interface Flow extends OnnxLayout {
  /** The layer that makes it, or `input`. */
  readonly name: string;
  readonly shape: ImageShape;
}

/** A node that is being read, and what it may do to the network. */
export interface OnnxNode {
  readonly operator: string;
  /** The version of ONNX's operators. */
  readonly opset: number;
  /** The number of images that the file is made for; undefined where it is open. */
  readonly fixedBatch: number | undefined;
  readonly attributes: OnnxAttributes;
  /** Its inputs that the network makes; there is at least one. */
  readonly flows: readonly Flow[];
  /**
   * All its inputs in their places: those that are constants of the file. Undefined too where an
   * input is left out.
   */
  readonly constants: readonly (OnnxConstant | undefined)[];
  /**
   * Its one input as an image of channels × height × width. Refuses one whose values lie in another
   * order.
   */
  readonly image: () => Flow;
  /** The constant in a place. Refuses when it is none. */
  readonly constant: (at: number, what: string) => OnnxConstant;
  /** A name for one of its layers. */
  readonly name: (suffix?: string) => string;
  /**
   * Makes its output by a layer, laid out in ONNX as given, or else as channels × height × width.
   */
  readonly add: (layer: Layer, layout?: OnnxLayout) => void;
  /** Puts a layer before the one that makes its output. */
  readonly insert: (layer: Layer) => Flow;
  /** Its output is this. */
  readonly passes: (flow: Flow) => void;
  /**
   * Its output has the shape of this, and what it computes is not known: the network can be priced,
   * not run.
   */
  readonly pricedAs: (flow: Flow, problem: string) => void;
  /** Takes the network's input, a vector, to be an image of these sizes. */
  readonly inputBecomes: (shape: ImageShape) => void;
  readonly weight: (layer: string, role: WeightRole, shape: readonly number[], from: OnnxConstant) => void;
  /** The layer that was added last. */
  readonly lastLayer: () => Layer | undefined;
  readonly refuse: (problem: string) => never;
}

export type OnnxOperator = (node: OnnxNode) => void;

/** The axis of the channels in ONNX, that of the batch being 0; of a vector, that of its values. */
export function channelAxis({ dims, shape, channelsLast }: Flow): number {
  if (channelsLast) return dims.length;
  if (shape.height * shape.width > 1) return 1;
  const at = dims.findIndex((size) => size > 1);
  return at < 0 ? 1 : at + 1;
}

/** An axis that may be counted from the end. */
export const axisOf = (axis: number, { dims }: OnnxLayout): number => (axis < 0 ? axis + dims.length + 1 : axis);
