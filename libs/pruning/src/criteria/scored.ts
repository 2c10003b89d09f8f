import type { Gradients } from '../pruning-data.js';

/** A layer's weights with their gradients. */
export interface ScoredLayer {
  readonly name: string;
  readonly weights: Float32Array;
  /** A random stream of the layer's own. */
  readonly uniform: () => number;
  readonly gradients: Gradients | undefined;
}

/** A criterion that gives each weight a score by itself; those with the highest are kept. */
export interface ScoredCriterion {
  readonly needsGradients: boolean;
  readonly score: (layer: ScoredLayer) => Float32Array;
}

export function gradientsOf({ name, gradients }: ScoredLayer): Gradients {
  if (!gradients) throw new RangeError(`gradients of ${name} are needed`);
  return gradients;
}
