import { isVector, type BatchNormalization, type ImageShape } from '@espalier/networks';
import type { Graph } from '@espalier/tensorflow';
import type { CompiledForward, PassKind, ReadWeight } from './compiled-forward.js';
import { FLOAT, reshape, T } from './reshape-tensors.js';

/**
 * γ (x − μ) / √(σ² + ε) + β, by channel (Ioffe & Szegedy 2015); μ and σ² are the batch's in
 * training.
 */
export function compileBatchNormalization(
  graph: Graph,
  { name, epsilon }: BatchNormalization,
  input: ImageShape,
  flow: string,
  weight: ReadWeight,
  kind: PassKind,
): CompiledForward {
  if (kind === 'gradients') {
    const scale = normalizationScale(graph, epsilon, weight);
    const centred = graph.add('Sub', [flow, weight('mean')], T);
    return { output: graph.add('AddV2', [graph.add('Mul', [centred, scale], T), weight('beta')], T, name) };
  }
  const training = kind === 'training';
  const attributes = {
    ...T,
    U: FLOAT,
    epsilon: { float: epsilon },
    is_training: { bool: training },
    data_format: { string: 'NHWC' },
  };
  // It knows images only: a vector is an image of one pixel.
  const image = isVector(input) ? reshape(graph, flow, [1, 1, input.channels]) : flow;
  const none = (): string => graph.constant({ dtype: 'float32', shape: [0], data: new Float32Array(0) });
  const moving = training ? [none(), none()] : [weight('mean'), weight('variance')];
  const normalized = graph.add(
    'FusedBatchNormV3',
    [image, weight('gamma'), weight('beta'), ...moving],
    attributes,
    name,
  );
  return {
    output: isVector(input) ? reshape(graph, normalized, [input.channels]) : normalized,
    ...(training && { statistics: { mean: `${normalized}:1`, variance: `${normalized}:2` } }),
  };
}

/** γ / √(σ² + ε) of each channel, σ² the moving one. */
export function normalizationScale(graph: Graph, epsilon: number, weight: ReadWeight): string {
  const variance = graph.add('AddV2', [weight('variance'), graph.scalar(epsilon)], T);
  return graph.add('Mul', [weight('gamma'), graph.add('Rsqrt', [variance], T)], T);
}
