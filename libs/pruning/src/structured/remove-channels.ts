import {
  channelGraph,
  sourcesOf,
  weightShapes,
  type ChannelGraph,
  type Layer,
  type Network,
  type NetworkWeights,
  type WeightTensor,
} from '@espalier/networks';

/**
 * A network without some of its channels, and its weights: layers are really smaller.
 *
 * @param removed numbers of channels, as the graph has them
 * @throws RangeError when a layer would be left with none
 */
export function removeChannels(
  network: Network,
  weights: NetworkWeights,
  removed: ReadonlySet<number>,
  graph: ChannelGraph = channelGraph(network),
): { network: Network; weights: NetworkWeights } {
  const stays = (tensor: string): number[] =>
    (graph.channels.get(tensor) ?? []).flatMap((channel, i) => (removed.has(channel) ? [] : [i]));
  const kept = new Map<string, WeightTensor>();
  const shapes = weightShapes(network);
  const layers = network.layers.map((layer, index): Layer => {
    const outputs = stays(layer.name);
    if (outputs.length === 0) throw new RangeError(`${layer.name} would be left without channels`);
    const [source] = sourcesOf(network, index);
    const taken = stays(source);
    const kernelInputs = shapes.get(`${layer.name}/kernel`)?.at(-2) ?? 0;
    const isDepthwise = kernelInputs === 1 && graph.channels.get(source)?.length !== 1;
    // The groups of a convolution lose the same places, so that those of the first stand for all.
    const inputs = isDepthwise ? [0] : taken.filter((at) => at < kernelInputs);
    for (const role of ['kernel', 'bias', 'gamma', 'beta', 'mean', 'variance'] as const) {
      const name = `${layer.name}/${role}`;
      const weight = shapes.has(name) ? weights.get(name) : undefined;
      if (weight) kept.set(name, role === 'kernel' ? sliceKernel(weight, inputs, outputs) : sliceLast(weight, outputs));
    }
    return resized(layer, outputs, isDepthwise ? taken.length : undefined);
  });
  return { network: { ...network, layers }, weights: kept };
}

/** @param groups of a depthwise convolution: as many as it has inputs; others keep theirs */
function resized(layer: Layer, outputs: readonly number[], groups: number | undefined): Layer {
  if (layer.kind === 'conv2d') return { ...layer, filters: outputs.length, ...(groups !== undefined && { groups }) };
  if (layer.kind === 'dense') return { ...layer, units: outputs.length };
  if (layer.kind !== 'rescaling') return layer;
  const pick = (values: readonly number[]): readonly number[] =>
    values.length === 1 ? values : outputs.map((at) => values[at]);
  return { ...layer, scale: pick(layer.scale), offset: pick(layer.offset) };
}

function sliceLast({ data }: WeightTensor, channels: readonly number[]): WeightTensor {
  return { shape: [channels.length], data: Float32Array.from(channels, (at) => data[at]) };
}

/** A kernel of [..., inputs, filters] with only some of both. */
function sliceKernel(
  { shape, data }: WeightTensor,
  inputs: readonly number[],
  filters: readonly number[],
): WeightTensor {
  const [allInputs, allFilters] = shape.slice(-2);
  const positions = data.length / (allInputs * allFilters);
  const sliced = new Float32Array(positions * inputs.length * filters.length);
  let at = 0;
  for (let position = 0; position < positions; position++) {
    for (const input of inputs) {
      const row = (position * allInputs + input) * allFilters;
      for (const filter of filters) sliced[at++] = data[row + filter];
    }
  }
  return { shape: [...shape.slice(0, -2), inputs.length, filters.length], data: sliced };
}
