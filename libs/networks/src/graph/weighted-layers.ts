import type { ListedLayer } from '@espalier/contracts';
import type { LayerShape } from '@espalier/energy-model';
import { isVector, layerGeometries, type ImageShape, type LayerGeometry } from './infer-shapes.js';
import { runLayer, type PricedNetwork } from './layer-list.js';
import { NetworkError, type Conv2d, type Dense, type Layer, type Network } from './network.js';

/**
 * A layer that can be pruned: its kernel's shape as TensorFlow stores it, and its loop nest as the
 * energy model prices it.
 */
export interface WeightedLayer {
  readonly name: string;
  /**
   * [height, width, inputs of a group, filters] of a convolution, [inputs, units] of a dense layer.
   */
  readonly kernelShape: readonly number[];
  readonly groups: number;
  readonly shape: LayerShape;
  readonly geometry: LayerGeometry & { readonly layer: Conv2d | Dense };
}

/**
 * A network as the energy model prices it: its weighted layers, and its poolings, sums and products
 * as movements of data. Normalisations are folded into the layers before them; activations run
 * where values are made, and concatenations are written side by side.
 *
 * @throws NetworkError when shapes do not chain
 */
export function pricedLayers(network: Network): PricedNetwork {
  const weighted = new Map(weightedLayers(network).map(({ name, shape }) => [name, shape]));
  const layers: PricedNetwork['layers'][number][] = [];
  /** The priced layers that make each layer's output. */
  const makers = new Map<string, readonly number[]>([['input', []]]);
  const sources: (readonly number[])[] = [];
  for (const { layer, sources: from, inputs, input } of layerGeometries(network)) {
    const refuse = (problem: string): never => {
      throw new NetworkError(`${network.name}, layer ${layer.name}: ${problem}`);
    };
    const made = [...new Set(from.flatMap((source) => makers.get(source) ?? []))];
    const listed = listedLayer(layer, input);
    const shape = weighted.get(layer.name) ?? (listed && runLayer(listed, inputs, refuse).shapes[0]);
    if (shape) {
      layers.push(shape);
      sources.push(made);
    }
    makers.set(layer.name, shape ? [layers.length - 1] : made);
  }
  return { name: network.name, layers, sources };
}

/** A layer that cannot be pruned, as a layer list has it; undefined for what is not priced. */
function listedLayer(layer: Layer, input: ImageShape): ListedLayer | undefined {
  const { name } = layer;
  switch (layer.kind) {
    case 'transposedConv2d': {
      const { filters, kernelSize: kernel, stride, padding } = layer;
      return { kind: 'transposed-conv', name, filters, kernel, stride, padding };
    }
    case 'maxPooling2d':
    case 'averagePooling2d': {
      const { poolSize: kernel, stride, padding = 'valid' } = layer;
      return { kind: 'pool', name, kernel, stride, padding, ceil: false };
    }
    case 'globalAveragePooling2d':
    case 'globalMaxPooling2d':
      return isVector(input) ? undefined : { kind: 'global-pool', name };
    case 'add':
    case 'multiply':
      return { kind: layer.kind, name };
    case 'activation':
    case 'batchNormalization':
    case 'concatenate':
    case 'conv2d':
    case 'dense':
    case 'flatten':
    case 'rescaling':
    case 'zeroPadding2d':
      return undefined;
  }
}

/**
 * The layers that can be pruned, in the network's order.
 *
 * @throws NetworkError when shapes do not chain
 */
export function weightedLayers(network: Network): WeightedLayer[] {
  return layerGeometries(network).flatMap((geometry): WeightedLayer[] => {
    const { layer, input, output } = geometry;
    if (layer.kind === 'conv2d') {
      const { groups = 1, dilation = 1, stride, filters } = layer;
      const [kernelHeight, kernelWidth] = layer.kernelSize;
      return [
        {
          name: layer.name,
          kernelShape: [kernelHeight, kernelWidth, input.channels / groups, filters],
          groups,
          geometry: { ...geometry, layer },
          shape: {
            name: layer.name,
            groups,
            inputChannels: input.channels / groups,
            outputChannels: filters / groups,
            inputHeight: (output.height - 1) * stride + (kernelHeight - 1) * dilation + 1,
            inputWidth: (output.width - 1) * stride + (kernelWidth - 1) * dilation + 1,
            kernelHeight,
            kernelWidth,
            outputHeight: output.height,
            outputWidth: output.width,
            stride,
            ...(dilation > 1 && { dilation }),
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
          groups: 1,
          geometry: { ...geometry, layer },
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
