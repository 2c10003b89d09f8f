/** A network of layers one after another. Images are height × width × channels, as in TensorFlow's NHWC. */
export interface Network {
  readonly name: string;
  readonly input: { readonly height: number; readonly width: number; readonly channels: number };
  readonly classes: number;
  readonly layers: readonly Layer[];
}

export type Layer = Conv2d | MaxPooling2d | Flatten | Dense;
export type Activation = 'linear' | 'relu';

export interface Conv2d {
  readonly kind: 'conv2d';
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: number;
  readonly padding: 'valid' | 'same';
  readonly activation: Activation;
}
export interface MaxPooling2d {
  readonly kind: 'maxPooling2d';
  readonly name: string;
  readonly poolSize: number;
  readonly stride: number;
}
export interface Flatten {
  readonly kind: 'flatten';
  readonly name: string;
}
export interface Dense {
  readonly kind: 'dense';
  readonly name: string;
  readonly units: number;
  readonly activation: Activation;
}

/** A network that does not make sense: shapes that do not chain, a layer that is named twice. */
export class NetworkError extends Error {
  override name = 'NetworkError';
}
