/**
 * A network as a graph of layers that training, pruning and the energy model share. Images are height × width × channels,
 * as in TensorFlow's NHWC.
 */
export interface Network {
  readonly name: string;
  readonly input: NetworkInput;
  readonly classes: number;
  /** In an order in which each layer comes after those it takes from. The last one's output is the network's. */
  readonly layers: readonly Layer[];
}

export interface NetworkInput {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** What becomes of a pixel's byte before the first layer; bytes are scaled to [0, 1] if left out. */
  readonly preprocessing?: Preprocessing;
}

/** `byte × scale + offset`, with one number for all channels or one for each. */
export interface Preprocessing {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

interface Placed {
  readonly name: string;
  /** The layers whose outputs it takes, or `input` for the network's; the layer before it if left out. */
  readonly from?: readonly string[];
}

export type Layer =
  | Conv2d
  | TransposedConv2d
  | Dense
  | BatchNormalization
  | ActivationLayer
  | Pooling2d
  | GlobalPooling2d
  | Merge
  | Flatten
  | ZeroPadding2d
  | Rescaling;

export const ACTIVATIONS = [
  'linear',
  'relu',
  'relu6',
  'leakyRelu',
  'elu',
  'sigmoid',
  'tanh',
  'softplus',
  'swish',
  'softmax',
] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** No padding, TensorFlow's `same` (more at the end than at the start), or rows and columns of zeros: top, left, bottom, right. */
export type Padding = 'valid' | 'same' | readonly [number, number, number, number];

export interface Conv2d extends Placed {
  readonly kind: 'conv2d';
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: number;
  readonly padding: Padding;
  /** 1 if left out. */
  readonly dilation?: number;
  /** 1 if left out; as many as the input has channels makes it depthwise. Filters of one group lie side by side. */
  readonly groups?: number;
  /** true if left out. */
  readonly useBias?: boolean;
  readonly activation: Activation;
}
/** It is priced, and cannot be trained here. */
export interface TransposedConv2d extends Placed {
  readonly kind: 'transposedConv2d';
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: number;
  readonly padding: Padding;
}
export interface Dense extends Placed {
  readonly kind: 'dense';
  readonly units: number;
  /** true if left out. */
  readonly useBias?: boolean;
  readonly activation: Activation;
}
/** γ (x − mean) / √(variance + ε) + β, per channel; in training with the batch's own mean and variance. */
export interface BatchNormalization extends Placed {
  readonly kind: 'batchNormalization';
  readonly epsilon: number;
  /** How much of the moving mean and variance a training step keeps. */
  readonly momentum: number;
}
export interface ActivationLayer extends Placed {
  readonly kind: 'activation';
  readonly activation: Activation;
  /** Slope of `leakyRelu` below 0; 0.2 if left out. */
  readonly slope?: number;
}
export interface Pooling2d extends Placed {
  readonly kind: 'maxPooling2d' | 'averagePooling2d';
  readonly poolSize: number;
  readonly stride: number;
  /** `valid` if left out. The average is over what is not padding. */
  readonly padding?: Padding;
}
/** One value a channel, as a vector. */
export interface GlobalPooling2d extends Placed {
  readonly kind: 'globalAveragePooling2d' | 'globalMaxPooling2d';
}
export interface Merge extends Placed {
  readonly kind: 'add' | 'multiply' | 'concatenate';
}
export interface Flatten extends Placed {
  readonly kind: 'flatten';
}
export interface ZeroPadding2d extends Placed {
  readonly kind: 'zeroPadding2d';
  /** top, left, bottom, right */
  readonly padding: readonly [number, number, number, number];
}
/** x × scale + offset, with one number for all channels or one for each. */
export interface Rescaling extends Placed {
  readonly kind: 'rescaling';
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/** A network that does not make sense: shapes that do not chain, a layer that is named twice, a file that is not a model. */
export class NetworkError extends Error {
  override name = 'NetworkError';
}

/** The names that a layer takes its inputs from, `input` being the network's. */
export function sourcesOf(network: Network, index: number): readonly string[] {
  return network.layers[index].from ?? [index === 0 ? 'input' : network.layers[index - 1].name];
}
