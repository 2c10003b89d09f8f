import type { Split } from '@espalier/datasets';
import { RandomStream } from '@espalier/random';
import type { TrainableNetwork, TrainingState } from './trainable-network.js';

export interface FitOptions {
  readonly epochs: number;
  /** Epochs that were done before, when training goes on from a checkpoint. */
  readonly epochsDone: number;
  readonly batchSize: number;
  /** Images of one epoch, drawn without replacement; null for all. */
  readonly imagesPerEpoch: number | null;
  /** At the first step; falls to 0 at the last along half a cosine (Loshchilov & Hutter 2017). */
  readonly learningRate: number;
  readonly seed: number;
  /** Called after each epoch with all that is needed to go on from there. */
  readonly onEpoch?: (epochsDone: number, meanLoss: number, state: TrainingState) => Promise<void>;
  readonly onStep?: (done: number, of: number) => void;
  /** Looked at before each step: when aborted, `fit` throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Training has run into values that are not finite: an end of the candidate, not a fault of the system. */
export class DivergedError extends Error {
  override name = 'DivergedError';
}

/**
 * Trains a loaded network. The order of images follows from the seed and the epoch alone, so that training which goes on
 * from a checkpoint takes the steps it would have taken.
 *
 * @throws DivergedError when the loss is not finite
 */
export async function fit(network: TrainableNetwork, split: Split, options: FitOptions): Promise<void> {
  const { epochs, batchSize, seed, signal } = options;
  const images = Math.min(options.imagesPerEpoch ?? split.count, split.count);
  const stepsPerEpoch = Math.ceil(images / batchSize);
  const totalSteps = epochs * stepsPerEpoch;
  for (let epoch = options.epochsDone; epoch < epochs; epoch++) {
    const order = new RandomStream(seed, epoch).permutation(split.count);
    let lossSum = 0;
    for (let step = 0; step < stepsPerEpoch; step++) {
      signal?.throwIfAborted();
      const done = epoch * stepsPerEpoch + step;
      const learningRate = 0.5 * options.learningRate * (1 + Math.cos((Math.PI * done) / totalSteps));
      const from = step * batchSize;
      const loss = await network.step(split, order, from, Math.min(images, from + batchSize), learningRate);
      if (!Number.isFinite(loss)) {
        throw new DivergedError(`the loss became ${loss} in epoch ${epoch + 1}, step ${step + 1}`);
      }
      lossSum += loss;
      options.onStep?.(done + 1, totalSteps);
    }
    await options.onEpoch?.(epoch + 1, lossSum / stepsPerEpoch, await network.state());
  }
}
