import type { Activation, Layer, Network, NetworkInput, Padding } from '../graph/network.js';

/**
 * As a layer is written in the zoo: which layers it takes from comes first, the rest has defaults.
 */
interface ConvolutionOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: Padding;
  readonly groups?: number;
}

const BATCH_NORMALIZATION = { epsilon: 1e-3, momentum: 0.9 };

/**
 * Puts a network together layer by layer. Each method returns the name of the layer that later ones
 * take from.
 */
export class NetworkBuilder {
  readonly #layers: Layer[] = [];
  #channels = new Map<string, number>();

  constructor(
    private readonly name: string,
    private readonly input: NetworkInput,
    private readonly classes: number,
  ) {
    this.#channels.set('input', input.channels);
  }

  channelsOf(layer: string): number {
    return this.#channels.get(layer) ?? 0;
  }

  /** A convolution without bias, a batch normalisation and, unless it is linear, a ReLU. */
  convolution(
    name: string,
    from: string,
    filters: number,
    activation: Activation = 'relu',
    { kernel = 3, stride = 1, padding = 'same', groups = 1 }: ConvolutionOptions = {},
  ): string {
    this.#add(
      {
        kind: 'conv2d',
        name,
        from: [from],
        filters,
        kernelSize: [kernel, kernel],
        stride,
        padding,
        ...(groups > 1 && { groups }),
        useBias: false,
        activation: 'linear',
      },
      filters,
    );
    const normalized = this.#add(
      { kind: 'batchNormalization', name: `${name}_bn`, from: [name], ...BATCH_NORMALIZATION },
      filters,
    );
    return activation === 'linear' ? normalized : this.activation(`${name}_${activation}`, normalized, activation);
  }

  /** A convolution over each channel by itself. */
  depthwise(name: string, from: string, stride: number, activation: Activation): string {
    const channels = this.channelsOf(from);
    return this.convolution(name, from, channels, activation, { stride, groups: channels });
  }

  activation(name: string, from: string, activation: Activation): string {
    return this.#add({ kind: 'activation', name, from: [from], activation }, this.channelsOf(from));
  }

  add(name: string, from: readonly string[]): string {
    return this.#add({ kind: 'add', name, from }, this.channelsOf(from[0]));
  }

  concatenate(name: string, from: readonly string[]): string {
    return this.#add(
      { kind: 'concatenate', name, from },
      from.reduce((sum, each) => sum + this.channelsOf(each), 0),
    );
  }

  maxPooling(name: string, from: string, poolSize: number, stride: number, padding: Padding = 'valid'): string {
    return this.#add({ kind: 'maxPooling2d', name, from: [from], poolSize, stride, padding }, this.channelsOf(from));
  }

  globalAveragePooling(name: string, from: string): string {
    return this.#add({ kind: 'globalAveragePooling2d', name, from: [from] }, this.channelsOf(from));
  }

  dense(name: string, from: string, units: number, activation: Activation = 'linear'): string {
    return this.#add({ kind: 'dense', name, from: [from], units, activation }, units);
  }

  flatten(name: string, from: string): string {
    return this.#add({ kind: 'flatten', name, from: [from] }, 0);
  }

  build(): Network {
    return { name: this.name, input: this.input, classes: this.classes, layers: this.#layers };
  }

  #add(layer: Layer, channels: number): string {
    this.#layers.push(layer);
    this.#channels.set(layer.name, channels);
    return layer.name;
  }
}

/**
 * Colour images of 32 × 32, each channel with about mean 0 and deviation 1 (CIFAR-10's own
 * statistics).
 */
export const CIFAR_INPUT: NetworkInput = {
  height: 32,
  width: 32,
  channels: 3,
  preprocessing: normalized([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]),
};

function normalized(mean: readonly number[], deviation: readonly number[]): NetworkInput['preprocessing'] {
  return {
    scale: deviation.map((each) => 1 / (255 * each)),
    offset: mean.map((each, i) => -each / deviation[i]),
  };
}
