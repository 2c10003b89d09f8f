import { layerGeometries, type LayerGeometry } from './infer-shapes.js';
import type { Network } from './network.js';

/**
 * Why a network cannot be trained here: one sentence for each layer that prevents it, none if it
 * can.
 */
export function untrainableLayers(network: Network): string[] {
  const geometries = layerGeometries(network);
  const used = usedLayers(geometries);
  const reasons = geometries.flatMap((geometry) => {
    const reason = transposed(geometry) ?? pooledPadding(geometry) ?? unused(geometry, used);
    return reason === undefined ? [] : [`layer ${geometry.layer.name}: ${reason}`];
  });
  return [...preprocessingProblems(network), ...reasons];
}

function preprocessingProblems({ input: { channels, preprocessing } }: Network): string[] {
  return Object.entries(preprocessing ?? {}).flatMap(([field, { length }]) =>
    length === 1 || length === channels
      ? []
      : [
          `preprocessing.${field} has ${length} numbers; allowed: one number${channels > 1 ? `, or ${channels}, one for each channel of the input` : ''}`,
        ],
  );
}

function transposed({ layer }: LayerGeometry): string | undefined {
  return layer.kind === 'transposedConv2d' ? 'a transposed convolution can be priced, not trained' : undefined;
}

/** The largest of no values and the mean of no values are not numbers. */
function pooledPadding({ layer, input, output }: LayerGeometry): string | undefined {
  if (layer.kind !== 'maxPooling2d' && layer.kind !== 'averagePooling2d') return undefined;
  const { poolSize, stride, padding = 'valid' } = layer;
  if (typeof padding === 'string') return undefined;
  const [top, left] = padding;
  const isOutside = (before: number, size: number, outputs: number): boolean =>
    before >= poolSize || (outputs - 1) * stride >= before + size;
  if (!isOutside(top, input.height, output.height) && !isOutside(left, input.width, output.width)) return undefined;
  return `a window of ${poolSize} × ${poolSize} lies in the padding of ${padding.join(', ')} alone; allowed: padding that is smaller than the window`;
}

function unused({ layer }: LayerGeometry, used: ReadonlySet<string>): string | undefined {
  const hasWeights = layer.kind === 'conv2d' || layer.kind === 'dense' || layer.kind === 'batchNormalization';
  if (!hasWeights || used.has(layer.name)) return undefined;
  return "its output does not reach the network's, so that it cannot be trained; leave it out";
}

/** The layers whose outputs reach the network's. */
function usedLayers(geometries: readonly LayerGeometry[]): ReadonlySet<string> {
  const used = new Set([geometries[geometries.length - 1].layer.name]);
  for (const { layer, sources } of [...geometries].reverse()) {
    if (used.has(layer.name)) for (const source of sources) used.add(source);
  }
  return used;
}
