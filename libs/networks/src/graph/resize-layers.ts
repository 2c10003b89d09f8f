import { NetworkError, sourcesOf, type Layer, type Network } from './network.js';
import { outputShape, type ImageShape } from './infer-shapes.js';
import type { NetworkWeights } from './weights.js';

/**
 * The network whose layers have as many filters and groups as their kernels say: what is left of a
 * network when filters were pruned. The same network, if none were.
 *
 * @throws NetworkError when the kernels do not fit the network
 */
export function resizeLayers(network: Network, weights: NetworkWeights): Network {
  const shapes = new Map<string, ImageShape>([['input', network.input]]);
  const layers = network.layers.map((layer, i): Layer => {
    const refuse = (problem: string): never => {
      throw new NetworkError(`${network.name}, layer ${layer.name}: ${problem}`);
    };
    const inputs = sourcesOf(network, i).map(
      (source) => shapes.get(source) ?? refuse(`there is no layer '${source}' before it to take from`),
    );
    const resized = resizeLayer(layer, inputs[0], weights.get(`${layer.name}/kernel`)?.shape);
    // No weight shows which numbers of a rescaling are left.
    shapes.set(layer.name, layer.kind === 'rescaling' ? inputs[0] : outputShape(resized, inputs, refuse));
    return resized;
  });
  return layers.every((layer, i) => layer === network.layers[i]) ? network : { ...network, layers };
}

function resizeLayer(layer: Layer, input: ImageShape, kernel: readonly number[] | undefined): Layer {
  if (!kernel) return layer;
  const [inputsOfGroup, filters] = kernel.slice(-2);
  if (layer.kind === 'dense') return filters === layer.units ? layer : { ...layer, units: filters };
  if (layer.kind !== 'conv2d') return layer;
  const { groups = 1 } = layer;
  // Where each group has one input, as in a depthwise convolution, whole groups were pruned.
  const left = groups === 1 ? 1 : input.channels / inputsOfGroup;
  if (filters === layer.filters && left === groups) return layer;
  return { ...layer, filters, ...(left !== groups && { groups: left }) };
}
