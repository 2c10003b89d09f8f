import type { LeastSquares, SolveSystems } from './by-output/least-squares.js';
import type { PrunedNetwork } from './pruned-network.js';

/** Gradients of the loss by the weights of one kernel, over batches of data. */
export interface Gradients {
  readonly mean: Float32Array;
  readonly meanSquare: Float32Array;
  /** E[(Σ g w)²] of each filter: Taylor's estimate of the loss without it. */
  readonly filterMeanSquare: Float32Array;
}

/** Statistics that pruning needs from the data. */
export interface PruningData {
  /**
   * Statistics of a layer's inputs in the network as it is pruned so far, for each of its groups.
   *
   * @param samples so many rows beside the sums over all; none for 0
   */
  readonly statisticsOf: (
    layer: string,
    prunedSoFar: PrunedNetwork,
    samples: number,
  ) => Promise<readonly Pick<LeastSquares, 'gram' | 'correlation' | 'samples'>[]>;
  /** Of the dense network, by layer. */
  readonly gradients: () => Promise<ReadonlyMap<string, Gradients>>;
  readonly solve?: SolveSystems;
  readonly seed: number;
}
