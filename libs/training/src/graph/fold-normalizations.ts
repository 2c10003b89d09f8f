import {
  normalizationAfter,
  type BatchNormalization,
  type Conv2d,
  type Dense,
  type LayerGeometry,
  type Network,
} from '@espalier/networks';
import type { Graph } from '@espalier/tensorflow';
import { normalizationScale } from './compile-batch-normalization.js';
import type { ReadWeight } from './compiled-forward.js';
import { T } from './reshape-tensors.js';

/**
 * A layer, and the batch normalisation that alone takes what it gives, just as it is multiplied.
 */
export interface Normalized {
  readonly layer: Conv2d | Dense;
  readonly normalization: BatchNormalization;
}

/** All such pairs of a network, in its order. */
export function normalizedLayers(network: Network): Normalized[] {
  return network.layers.flatMap((layer) => {
    if ((layer.kind !== 'conv2d' && layer.kind !== 'dense') || layer.activation !== 'linear') return [];
    const normalization = normalizationAfter(network, layer.name);
    return normalization ? [{ layer, normalization }] : [];
  });
}

/**
 * Such a pair as one layer: kernel · s and (bias − μ) s + β, s = γ / √(σ² + ε) of each output
 * channel (Jacob et al. 2018, section 3.2). That spares a pass over all that the layer gives.
 */
export function foldNormalization(
  graph: Graph,
  geometry: LayerGeometry,
  { layer, normalization: { name, epsilon } }: Normalized,
  weightOf: (layer: string) => ReadWeight,
): { geometry: LayerGeometry; weight: ReadWeight } {
  const [weight, normalization] = [weightOf(layer.name), weightOf(name)];
  const scale = normalizationScale(graph, epsilon, normalization);
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
