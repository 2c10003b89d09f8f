import type { ImageShape } from '../infer-shapes.js';
import type { Layer } from '../network.js';
import type { OnnxOrder } from '../onnx-order.js';
import type { WeightRole } from '../weights.js';
import type { OnnxAttributes } from './onnx-attributes.js';
import type { OnnxConstant } from './onnx-tensors.js';

/** A tensor of the graph as one of ours. */
export interface Flow {
  /** The layer that makes it, or `input`. */
  readonly name: string;
  readonly shape: ImageShape;
  /** Of a vector that was flattened from an image; undefined where its values lie as ours. */
  readonly order?: OnnxOrder | undefined;
  /** Whether it is an image of height × width × channels in ONNX too, after a Transpose. */
  readonly channelsLast?: boolean;
}

/** A node that is being read, and what it may do to the network. */
export interface OnnxNode {
  readonly operator: string;
  readonly attributes: OnnxAttributes;
  /** Its inputs that the network makes; there is at least one. */
  readonly flows: readonly Flow[];
  /** All its inputs in their places: those that are constants of the file. */
  readonly constants: readonly (OnnxConstant | undefined)[];
  /** Its one input as an image. Refuses a vector whose values lie in another order than ours. */
  readonly image: () => Flow;
  /** The constant in a place. Refuses when it is none. */
  readonly constant: (at: number, what: string) => OnnxConstant;
  /** A name for one of its layers. */
  readonly name: (suffix?: string) => string;
  /** Makes its output by a layer; of a vector, in which order ONNX has its values if not in ours. */
  readonly add: (layer: Layer, order?: OnnxOrder) => void;
  /** Puts a layer before the one that makes its output. */
  readonly insert: (layer: Layer) => Flow;
  /** Its output is this. */
  readonly passes: (flow: Flow) => void;
  readonly weight: (layer: string, role: WeightRole, shape: readonly number[], data: Float32Array) => void;
  /** The layer that was added last. */
  readonly lastLayer: () => Layer | undefined;
  readonly refuse: (problem: string) => never;
}

export type OnnxOperator = (node: OnnxNode) => void;
