import { sourcesOf, type Layer, type LayerGeometry, type Network } from '@espalier/networks';
import type { Graph } from '@espalier/tensorflow';
import type { ReadWeight } from './compiled-forward.js';
import { T } from './reshape-tensors.js';

type Weighted = Extract<Layer, { kind: 'conv2d' | 'dense' }>;
type BatchNormalization = Extract<Layer, { kind: 'batchNormalization' }>;

/** A layer, and the batch normalisation that alone takes what it gives, just as it is multiplied. */
export interface Normalized {
  readonly layer: Weighted;
  readonly normalization: BatchNormalization;
}

/** All such pairs of a network, in its order. */
export function normalizedLayers(network: Network): Normalized[] {
  return network.layers.flatMap((layer) => {
    if ((layer.kind !== 'conv2d' && layer.kind !== 'dense') || layer.activation !== 'linear') return [];
    const takers = network.layers.filter((_, i) => sourcesOf(network, i).includes(layer.name));
    const [normalization] = takers;
    return takers.length === 1 && normalization.kind === 'batchNormalization' ? [{ layer, normalization }] : [];
  });
}

/**
 * Such a pair as one layer: kernel · s and (bias − μ) s + β, s = γ / √(σ² + ε) of each output channel (Jacob et al. 2018, section 3.2).
 * That spares a pass over all that the layer gives.
 */
export function foldNormalization(
  graph: Graph,
  geometry: LayerGeometry,
  { layer, normalization: { name, epsilon } }: Normalized,
  weightOf: (layer: string) => ReadWeight,
): { geometry: LayerGeometry; weight: ReadWeight } {
  const [weight, normalization] = [weightOf(layer.name), weightOf(name)];
  const variance = graph.add('AddV2', [normalization('variance'), graph.scalar(epsilon)], T);
  const scale = graph.add('Mul', [normalization('gamma'), graph.add('Rsqrt', [variance], T)], T);
  const shift =
    layer.useBias === false
      ? graph.add('Neg', [normalization('mean')], T)
      : graph.add('Sub', [weight('bias'), normalization('mean')], T);
  // The last axis of a kernel is that of the output channels.
  const kernel = graph.add('Mul', [weight('kernel'), scale], T);
  const bias = graph.add('AddV2', [graph.add('Mul', [shift, scale], T), normalization('beta')], T);
  return {
    geometry: { ...geometry, layer: { ...layer, useBias: true } },
    weight: (role) => (role === 'kernel' ? kernel : bias),
  };
}
