import type { LayerShape } from '@espalier/energy-model';
import { NetworkError, type Conv2d, type Layer, type Network } from './network.js';

/** What a layer takes and gives, per image. */
export interface LayerGeometry {
  readonly layer: Layer;
  readonly input: ImageShape;
  readonly output: ImageShape;
}
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A layer with weights: its kernel's shape as TensorFlow stores it, and its loop nest as the energy model prices it. */
export interface WeightedLayer {
  readonly name: string;
  /** [height, width, inputs, filters] of a convolution, [inputs, units] of a dense layer. */
  readonly kernelShape: readonly number[];
  readonly shape: LayerShape;
  readonly geometry: LayerGeometry;
}

/** @throws NetworkError when shapes do not chain */
export function inferShapes(network: Network): LayerGeometry[] {
  const names = new Set<string>();
  let input: ImageShape = network.input;
  return network.layers.map((layer) => {
    if (names.has(layer.name)) throw new NetworkError(`${network.name} has two layers named ${layer.name}`);
    names.add(layer.name);
    const output = outputOf(network, layer, input);
    const geometry = { layer, input, output };
    input = output;
    return geometry;
  });
}

/** The layers that can be pruned, in the network's order. */
export function weightedLayers(network: Network): WeightedLayer[] {
  return inferShapes(network).flatMap((geometry): WeightedLayer[] => {
    const { layer, input, output } = geometry;
    if (layer.kind === 'conv2d') {
      const [kernelHeight, kernelWidth] = layer.kernelSize;
      return [
        {
          name: layer.name,
          kernelShape: [kernelHeight, kernelWidth, input.channels, layer.filters],
          geometry,
          shape: {
            name: layer.name,
            groups: 1,
            inputChannels: input.channels,
            outputChannels: layer.filters,
            inputHeight: (output.height - 1) * layer.stride + kernelHeight,
            inputWidth: (output.width - 1) * layer.stride + kernelWidth,
            kernelHeight,
            kernelWidth,
            outputHeight: output.height,
            outputWidth: output.width,
            stride: layer.stride,
          },
        },
      ];
    }
    if (layer.kind === 'dense') {
      const one = { inputHeight: 1, inputWidth: 1, kernelHeight: 1, kernelWidth: 1, outputHeight: 1, outputWidth: 1 };
      return [
        {
          name: layer.name,
          kernelShape: [input.channels, layer.units],
          geometry,
          shape: {
            name: layer.name,
            groups: 1,
            inputChannels: input.channels,
            outputChannels: layer.units,
            ...one,
            stride: 1,
          },
        },
      ];
    }
    return [];
  });
}

function outputOf(network: Network, layer: Layer, input: ImageShape): ImageShape {
  switch (layer.kind) {
    case 'conv2d':
      return {
        height: slidingOutput(network, layer, input.height, layer.kernelSize[0]),
        width: slidingOutput(network, layer, input.width, layer.kernelSize[1]),
        channels: layer.filters,
      };
    case 'maxPooling2d': {
      const over = (size: number): number => Math.floor((size - layer.poolSize) / layer.stride) + 1;
      const [height, width] = [over(input.height), over(input.width)];
      if (height < 1 || width < 1) {
        throw new NetworkError(
          `${network.name}, layer ${layer.name}: a pool of ${layer.poolSize} does not fit its input of ${input.height} × ${input.width}`,
        );
      }
      return { height, width, channels: input.channels };
    }
    case 'flatten':
      return { height: 1, width: 1, channels: input.height * input.width * input.channels };
    case 'dense':
      if (input.height !== 1 || input.width !== 1) {
        throw new NetworkError(
          `${network.name}, layer ${layer.name}: a dense layer takes a vector, its input is ${input.height} × ${input.width} × ${input.channels}; put a flatten layer before it`,
        );
      }
      return { height: 1, width: 1, channels: layer.units };
  }
}

function slidingOutput(network: Network, layer: Conv2d, size: number, kernel: number): number {
  const output =
    layer.padding === 'same' ? Math.ceil(size / layer.stride) : Math.floor((size - kernel) / layer.stride) + 1;
  if (output < 1) {
    throw new NetworkError(
      `${network.name}, layer ${layer.name}: a kernel of ${kernel} does not fit its input of ${size}; use padding: same or a smaller kernel`,
    );
  }
  return output;
}
