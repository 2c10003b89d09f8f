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

/** The fine-tuning options of a network, with those of the schedule. */
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

/** Share of the steps in which the learning rate of one cycle rises. */
const WARM_UP = 0.1;

function scheduleOf({ name, peak }: { name: LearningRateSchedule['name']; peak: number }): LearningRateSchedule {
  return name === 'one-cycle' ? { name, peak, warmUp: WARM_UP } : { name, peak };
}

/** Steps between two updates of the masks. */
const EVERY = 50;

/** Updates a network's masks by a pruner while it trains. */
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

  /** The pruner's state, as tensors of a checkpoint. */
  memory(): Map<string, WeightTensor> {
    const entries = [...(this.pruner.memory ?? [])];
    return new Map(entries.map(([layer, data]) => [MEMORY + layer, { shape: [data.length], data }]));
  }

  /** Loads a checkpoint with the pruner's state. */
  async load(checkpoint: Checkpoint): Promise<void> {
    const slots = new Map(checkpoint.slots);
    for (const [key, { data }] of checkpoint.slots) {
      if (!key.startsWith(MEMORY)) continue;
      slots.delete(key);
      this.pruner.memory?.set(key.slice(MEMORY.length), data);
    }
    await this.trainable.load({ ...checkpoint, slots }, this.pruner.throughMasks);
    // The first update only sets the reference of movements.
    this.pruner.masksAt(0, checkpoint.weights, checkpoint.masks);
  }
}

const MEMORY = 'pruner:';

/** Early stopping: whether this many epochs passed without a better validation accuracy. */
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
