import type { FineTuneRequest } from '@espalier/contracts';
import type { DataSet } from '@espalier/datasets';
import type { Network, WeightTensor } from '@espalier/networks';
import type { TrainingPruner } from '@espalier/pruning';
import {
  fineTuneRecipe,
  type Checkpoint,
  type LearningRateSchedule,
  type Recipe,
  type TrainableNetwork,
} from '@espalier/training';

/** The recipe for a network with what the schedule says otherwise. */
export function fineTuneOptions(network: Network, { epochs, imagesPerEpoch, schedule }: FineTuneRequest): Recipe {
  const recipe = fineTuneRecipe(network);
  const { optimizer, learningRate, labelSmoothing, scalePenalty } = schedule?.fineTune ?? {};
  return {
    ...recipe,
    epochs,
    imagesPerEpoch,
    ...(optimizer && { optimizer }),
    ...(learningRate && { learningRate: scheduleOf(learningRate) }),
    ...(labelSmoothing !== undefined && { labelSmoothing }),
    ...(scalePenalty !== undefined && { scalePenalty }),
  };
}

/** Of fine-tuning, the one cycle rises over a tenth of the steps. */
const WARM_UP = 0.1;

function scheduleOf({ name, peak }: { name: LearningRateSchedule['name']; peak: number }): LearningRateSchedule {
  return name === 'one-cycle' ? { name, peak, warmUp: WARM_UP } : { name, peak };
}

/** Steps between two looks at what to prune. */
const EVERY = 50;

/** Keeps a network's masks as a pruner wants them while it is trained. */
export class PruningWhileTraining {
  constructor(
    private readonly trainable: TrainableNetwork,
    private readonly pruner: TrainingPruner,
  ) {}

  get throughMasks(): boolean {
    return this.pruner.throughMasks;
  }

  readonly beforeStep = async (done: number, of: number): Promise<void> => {
    if (done % EVERY === 0) await this.look(done / of);
  };

  /** @param done the share of the training that is done: at 1 what is masked becomes 0 for good */
  async look(done: number): Promise<void> {
    const state = await this.trainable.state();
    const masks = this.pruner.masksAt(done, state.weights, state.masks);
    if (this.pruner.throughMasks && done < 1) await this.trainable.setMasks(masks);
    else await this.trainable.load({ ...state, masks });
  }

  /** What the pruner remembers, as tensors of a checkpoint. */
  memory(): Map<string, WeightTensor> {
    const entries = [...(this.pruner.memory ?? [])];
    return new Map(entries.map(([layer, data]) => [MEMORY + layer, { shape: [data.length], data }]));
  }

  /** Loads a checkpoint, and gives back what the pruner remembered. */
  async load(checkpoint: Checkpoint): Promise<void> {
    const slots = new Map(checkpoint.slots);
    for (const [key, { data }] of checkpoint.slots) {
      if (!key.startsWith(MEMORY)) continue;
      slots.delete(key);
      this.pruner.memory?.set(key.slice(MEMORY.length), data);
    }
    await this.trainable.load({ ...checkpoint, slots }, this.pruner.throughMasks);
    // Its first look only sets where movements are measured from.
    this.pruner.masksAt(0, checkpoint.weights, checkpoint.masks);
  }
}

const MEMORY = 'pruner:';

/** Tells after each epoch whether so many have gone by without a better validation accuracy. */
export function stopWithoutProgress(
  trainable: TrainableNetwork,
  { validation }: DataSet,
  patience: number,
): () => Promise<boolean> {
  let best = -1;
  let since = 0;
  return async () => {
    const { accuracy } = await trainable.measure(validation, 'validation');
    since = accuracy > best ? 0 : since + 1;
    best = Math.max(best, accuracy);
    return since >= patience;
  };
}
