import type { DataMovement, LayerShape } from '@espalier/energy-model';
import { isVector, layerGeometries, type ImageShape, type LayerGeometry } from './infer-shapes.js';
import { pricedNetwork, type PricedNetwork } from './layer-list.js';
import type { Conv2d, Dense, Layer, Network } from './network.js';

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
  for (const geometry of layerGeometries(network)) {
    const { layer, sources: from, input } = geometry;
    const made = [...new Set(from.flatMap((source) => makers.get(source) ?? []))];
    const shape = weighted.get(layer.name) ?? transposedShape(layer, input) ?? dataMovement(geometry);
    if (shape) {
      layers.push(shape);
      sources.push(made);
    }
    makers.set(layer.name, shape ? [layers.length - 1] : made);
  }
  return { name: network.name, layers, sources };
}

/**
 * What a layer without weights moves and computes for one image, as `pricedNetwork` counts it of a
 * layer list.
 */
function dataMovement({ layer, inputs, output }: LayerGeometry): DataMovement | undefined {
  const words = ({ height, width, channels }: ImageShape): number => height * width * channels;
  const read = inputs.reduce((sum, input) => sum + words(input), 0);
  const movement = (operations: number): DataMovement => ({
    ...{ name: layer.name, inputs: read, outputs: words(output), operations },
  });
  if (layer.kind === 'maxPooling2d' || layer.kind === 'averagePooling2d') {
    return movement(words(output) * layer.poolSize ** 2);
  }
  if (layer.kind === 'globalAveragePooling2d' || layer.kind === 'globalMaxPooling2d') {
    return isVector(inputs[0]) ? undefined : movement(read);
  }
  if (layer.kind === 'add' || layer.kind === 'multiply') {
    return movement(words(output) * Math.max(1, inputs.length - 1));
  }
  return undefined;
}

function transposedShape(layer: Layer, input: ImageShape): PricedNetwork['layers'][number] | undefined {
  if (layer.kind !== 'transposedConv2d') return undefined;
  const { name, filters, kernelSize: kernel, stride, padding } = layer;
  return pricedNetwork({
    name,
    input,
    layers: [{ kind: 'transposed-conv', name, filters, kernel, stride, padding }],
  }).layers[0];
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
