import { sourcesOf, type LayerGeometry, type Layer, type Network } from '@espalier/networks';
import type { Graph } from '@espalier/tensorflow';
import type { ReadWeight } from './compiled-forward.js';
import { T } from './reshape-tensors.js';

type BatchNormalization = Extract<Layer, { kind: 'batchNormalization' }>;

/** By layer, the batch normalisation that alone takes what the layer gives, just as it is multiplied. */
export function foldableNormalizations(network: Network): Map<string, BatchNormalization> {
  const pairs = network.layers.flatMap((layer): [string, BatchNormalization][] => {
    if ((layer.kind !== 'conv2d' && layer.kind !== 'dense') || layer.activation !== 'linear') return [];
    const takers = network.layers.filter((_, i) => sourcesOf(network, i).includes(layer.name));
    const [taker] = takers;
    return takers.length === 1 && taker.kind === 'batchNormalization' ? [[layer.name, taker]] : [];
  });
  return new Map(pairs);
}

/**
 * A layer and the normalisation behind it as one: kernel · s and (bias − μ) s + β, s = γ / √(σ² + ε) of each output channel (Jacob et al.
 * 2018, section 3.2). That spares a pass over all that the layer gives.
 */
export function foldNormalization(
  graph: Graph,
  geometry: LayerGeometry,
  { name, epsilon }: BatchNormalization,
  weightOf: (layer: string) => ReadWeight,
): { geometry: LayerGeometry; weight: ReadWeight } {
  const { layer } = geometry;
  const [weight, normalization] = [weightOf(layer.name), weightOf(name)];
  const variance = graph.add('AddV2', [normalization('variance'), graph.scalar(epsilon)], T);
  const scale = graph.add('Mul', [normalization('gamma'), graph.add('Rsqrt', [variance], T)], T);
  const withoutBias = 'useBias' in layer && layer.useBias === false;
  const shift = withoutBias
    ? graph.add('Neg', [normalization('mean')], T)
    : graph.add('Sub', [weight('bias'), normalization('mean')], T);
  // The last axis of a kernel is that of the output channels.
  const kernel = graph.add('Mul', [weight('kernel'), scale], T);
  const bias = graph.add('AddV2', [graph.add('Mul', [shift, scale], T), normalization('beta')], T);
  return {
    geometry: { ...geometry, layer: { ...layer, useBias: true } as Layer },
    weight: (role) => (role === 'kernel' ? kernel : bias),
  };
}
