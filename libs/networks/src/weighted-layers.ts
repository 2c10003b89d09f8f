import type { LayerShape } from '@espalier/energy-model';
import { inferShapes, type LayerGeometry } from './infer-shapes.js';
import type { PricedNetwork } from './layer-list.js';
import type { Conv2d, Dense, Network } from './network.js';

/** A layer that can be pruned: its kernel's shape as TensorFlow stores it, and its loop nest as the energy model prices it. */
export interface WeightedLayer {
  readonly name: string;
  /** [height, width, inputs of a group, filters] of a convolution, [inputs, units] of a dense layer. */
  readonly kernelShape: readonly number[];
  readonly groups: number;
  readonly shape: LayerShape;
  readonly geometry: LayerGeometry & { readonly layer: Conv2d | Dense };
}

/**
 * A network as its weighted layers alone, to price: normalisations, activations, pools and sums run where values are made.
 *
 * @throws NetworkError when shapes do not chain
 */
export function pricedLayers(network: Network): PricedNetwork {
  const layers = weightedLayers(network);
  const index = new Map(layers.map(({ name }, i) => [name, i]));
  /** The weighted layers that make each layer's output. */
  const makers = new Map<string, readonly number[]>([['input', []]]);
  const sources: (readonly number[])[] = [];
  for (const { layer, sources: from } of inferShapes(network)) {
    const made = [...new Set(from.flatMap((source) => makers.get(source) ?? []))];
    const own = index.get(layer.name);
    if (own !== undefined) sources.push(made);
    makers.set(layer.name, own === undefined ? made : [own]);
  }
  return { name: network.name, layers: layers.map(({ shape }) => shape), sources };
}

/**
 * The layers that can be pruned, in the network's order.
 *
 * @throws NetworkError when shapes do not chain
 */
export function weightedLayers(network: Network): WeightedLayer[] {
  return inferShapes(network).flatMap((geometry): WeightedLayer[] => {
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
