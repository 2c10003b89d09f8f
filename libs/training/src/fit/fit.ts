import type { Split } from '@espalier/datasets';
import { RandomStream } from '@espalier/random';
import { augment, type Augmentation } from './augment.js';
import { batchOf, type Batch } from './batches.js';
import { learningRateAt, type LearningRateSchedule } from './learning-rate.js';
import type { OptimizerName } from '../step/optimizers.js';
import type { TrainableNetwork } from '../step/trainable-network.js';

/** How a network is trained. */
export interface Recipe {
  readonly epochs: number;
  readonly batchSize: number;
  /** Images of one epoch, drawn without replacement; null for all. */
  readonly imagesPerEpoch: number | null;
  readonly optimizer: OptimizerName;
  readonly nesterov?: boolean;
  readonly learningRate: LearningRateSchedule;
  /** Of kernels; 0 if left out. */
  readonly weightDecay?: number;
  /** 0 if left out. */
  readonly labelSmoothing?: number;
  /**
   * λ of λ Σ|γ| over the scales of batch normalisations, as network slimming trains (Liu et al.
   * 2017); 0 if left out.
   */
  readonly scalePenalty?: number;
  readonly augmentation?: Augmentation;
}

/** Where a training stands: so many epochs and steps of the next are done. */
export interface TrainingPosition {
  readonly epochsDone: number;
  readonly stepsIntoEpoch: number;
}

export interface FitOptions extends Recipe {
  readonly seed: number;
  readonly start: TrainingPosition;
  /**
   * A trained network whose answers are learned too, with its share of the loss and its
   * temperature.
   */
  readonly teacher?: { readonly network: TrainableNetwork; readonly share: number; readonly temperature: number };
  /** Whether pruned weights go on learning behind their masks; see NetworkGraph.trainingPass. */
  readonly throughMasks?: boolean;
  /** Called before each step: prunes while training. */
  readonly beforeStep?: (done: number, of: number) => Promise<void>;
  /** Called after each epoch; when it gives true the training ends early. */
  readonly onEpoch?: (epochsDone: number, meanLoss: number) => Promise<boolean | void>;
  /** Called after each step; the position is where a training would go on that ended here. */
  readonly onStep?: (done: number, of: number, position: TrainingPosition, loss: number) => Promise<void> | void;
  /** Looked at before each step: when aborted, `fit` throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Training has run into values that are not finite: an end of the candidate, not a fault of the
 * system.
 */
export class DivergedError extends Error {
  override name = 'DivergedError';

  /** @param curve mean losses of the last steps before, the oldest first */
  constructor(
    where: string,
    readonly curve: readonly number[],
  ) {
    const shown = curve.map((loss) => loss.toPrecision(3)).join(', ');
    super(`${where}; losses before it: ${shown || 'none'}. A smaller learning rate may help`);
  }
}

/** Losses that a diverged training tells of. */
const CURVE = 20;

/** Streams of one seed: the order of images, and how they are augmented. */
const AUGMENTATION_STREAMS = 2 ** 20;

/**
 * Trains a loaded network. The order of images and their augmentation follow from the seed, the
 * epoch and the step alone, so that training which goes on from a checkpoint takes the steps it
 * would have taken.
 *
 * @throws DivergedError when the loss is not finite
 */
export async function fit(network: TrainableNetwork, split: Split, options: FitOptions): Promise<void> {
  const { epochs, batchSize, seed, signal, start, teacher } = options;
  const images = Math.min(options.imagesPerEpoch ?? split.count, split.count);
  const stepsPerEpoch = Math.ceil(images / batchSize);
  const totalSteps = epochs * stepsPerEpoch;
  const curve: number[] = [];
  const kind = {
    optimizer: options.optimizer,
    nesterov: options.nesterov ?? false,
    decays: (options.weightDecay ?? 0) > 0,
    thinsScales: (options.scalePenalty ?? 0) > 0,
    distils: teacher !== undefined,
    throughMasks: options.throughMasks ?? false,
  };
  for (let epoch = start.epochsDone; epoch < epochs; epoch++) {
    const order = new RandomStream(seed, epoch).permutation(split.count);
    const batchAt = (step: number): Batch => {
      const batch = batchOf(split, order, step * batchSize, Math.min(images, (step + 1) * batchSize));
      if (!options.augmentation) return batch;
      const random = new RandomStream(seed, AUGMENTATION_STREAMS + epoch * stepsPerEpoch + step);
      return augment(batch, network.network.input, options.augmentation, random);
    };
    const firstStep = epoch === start.epochsDone ? start.stepsIntoEpoch : 0;
    let lossSum = 0;
    let next = batchAt(firstStep);
    for (let step = firstStep; step < stepsPerEpoch; step++) {
      signal?.throwIfAborted();
      const done = epoch * stepsPerEpoch + step;
      await options.beforeStep?.(done, totalSteps);
      const batch = next;
      const running = network.step(batch, kind, {
        learningRate: learningRateAt(options.learningRate, done / totalSteps),
        weightDecay: options.weightDecay ?? 0,
        labelSmoothing: options.labelSmoothing ?? 0,
        scalePenalty: options.scalePenalty ?? 0,
        step: done + 1,
        ...(teacher && {
          teacher: {
            logits: await teacher.network.logits(batch),
            share: teacher.share,
            temperature: teacher.temperature,
          },
        }),
      });
      // While TensorFlow's threads take the step, this one makes the next batch.
      if (step + 1 < stepsPerEpoch) next = batchAt(step + 1);
      const loss = await running;
      if (!Number.isFinite(loss)) {
        throw new DivergedError(`the loss became ${loss} in epoch ${epoch + 1}, step ${step + 1}`, curve);
      }
      curve.push(loss);
      if (curve.length > CURVE) curve.shift();
      lossSum += loss;
      const isLast = step + 1 === stepsPerEpoch;
      const position = isLast
        ? { epochsDone: epoch + 1, stepsIntoEpoch: 0 }
        : { epochsDone: epoch, stepsIntoEpoch: step + 1 };
      await options.onStep?.(done + 1, totalSteps, position, loss);
    }
    if (await options.onEpoch?.(epoch + 1, lossSum / (stepsPerEpoch - firstStep))) return;
  }
}
