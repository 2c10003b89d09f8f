import type { ArtifactStore } from '@espalier/artifacts';
import type { FineTuneRequest, ModelReference, TrainingTask } from '@espalier/contracts';
import { resolveNetwork } from '@espalier/networks';
import { trainingPruner } from '@espalier/pruning';
import { fit, OutOfMemoryError, type Checkpoint, type FitOptions, type Recipe } from '@espalier/training';
import type { CheckpointLedger } from './checkpoint-ledger.js';
import { Checkpoints, storeModel } from './checkpoints.js';
import type { CompiledNetworks } from '../jobs/compiled-networks.js';
import { PruningWhileTraining, stopWithoutProgress } from '../jobs/fine-tuning.js';
import type { JobContext } from '../process/job-context.js';
import type { LoadedData } from '../jobs/loaded-data.js';
import type { PruningStatistics } from '../jobs/pruning-statistics.js';

type SeededRecipe = Recipe & { readonly seed: number };

/** Trains with a checkpoint after each epoch, and resumes from the last one. */
export class CheckpointedTrainings {
  constructor(
    private readonly options: {
      artifacts: ArtifactStore;
      ledger: CheckpointLedger;
      data: LoadedData;
      networks: CompiledNetworks;
      evidence: PruningStatistics;
      /** The teacher of a fine-tuning by distillation, where the schedule names one. */
      teacher: (request: FineTuneRequest | undefined, context: JobContext) => Promise<Pick<FitOptions, 'teacher'>>;
    },
  ) {}

  /**
   * Trains from a checkpoint. When memory is exhausted, trains again with batches half as large.
   *
   * @param inHalfBatches begins with those, since a process died of whole ones
   */
  async fit(
    start: Checkpoint,
    training: string,
    task: TrainingTask,
    context: JobContext,
    recipe: SeededRecipe,
    { fineTune, inHalfBatches }: { fineTune?: FineTuneRequest; inHalfBatches: boolean },
  ): Promise<ModelReference> {
    const fitBy = (by: SeededRecipe): Promise<ModelReference> =>
      this.#fitOnce(start, training, task, context, by, fineTune);
    const fitInHalfBatches = (): Promise<ModelReference> => {
      const batchSize = Math.max(1, recipe.batchSize >> 1);
      context.progress({ phase: `train in batches of ${batchSize}, for want of memory`, done: 0, of: 1 });
      return fitBy({ ...recipe, batchSize });
    };
    if (inHalfBatches) return fitInHalfBatches();
    try {
      return await fitBy(recipe);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      return fitInHalfBatches();
    }
  }

  async #fitOnce(
    start: Checkpoint,
    training: string,
    task: TrainingTask,
    context: JobContext,
    recipe: SeededRecipe,
    fineTune: FineTuneRequest | undefined,
  ): Promise<ModelReference> {
    const { artifacts, ledger } = this.options;
    const checkpoints = await Checkpoints.take(artifacts, ledger, training, context.signal);
    const dense = resolveNetwork(task.network);
    const until = Math.min(fineTune?.until ?? recipe.epochs, recipe.epochs);
    const found = await checkpoints.latest(dense, until);
    const from = found?.checkpoint ?? start;
    if (from.epochsDone >= until) return found?.reference ?? storeModel(artifacts, from);
    const data = await this.options.data.of(task);
    const trainable = this.options.networks.of(from.network, 'pruned');
    const schedule = fineTune?.schedule;
    // By the weights that the training began with, also when it goes on from a checkpoint: how many
    // each layer keeps may depend on them.
    const pruner =
      schedule &&
      (await trainingPruner(
        start.network,
        start.weights,
        schedule,
        this.options.evidence.of(start, schedule, recipe.seed, data, context),
      ));
    const pruning = pruner && new PruningWhileTraining(trainable, pruner);
    await (pruning ?? trainable).load(from);
    const patience = schedule?.fineTune.patience;
    const isStuck = patience === undefined ? undefined : stopWithoutProgress(trainable, data, patience);
    let last = found?.reference;
    let began = Date.now();
    await fit(trainable, data.training, {
      ...recipe,
      start: from,
      signal: context.signal,
      ...(await this.options.teacher(fineTune, context)),
      ...(pruning && { throughMasks: pruning.throughMasks, beforeStep: pruning.beforeStep }),
      onStep: async (done, of, position) => {
        context.progress({ phase: 'train', done, of, checkpoint: last?.artifact });
        // What is pruned while it is trained goes on from the end of an epoch.
        if (!context.signal.aborted || pruning || position.stepsIntoEpoch === 0) return;
        await checkpoints.save({ ...(await trainable.state()), network: from.network, ...position });
      },
      onEpoch: async (epochsDone) => {
        const isOver = epochsDone === recipe.epochs || ((await isStuck?.()) ?? false);
        await pruning?.look(isOver ? 1 : epochsDone / recipe.epochs);
        const { slots, ...state } = await trainable.state();
        const remembered = isOver ? slots : new Map([...slots, ...(pruning?.memory() ?? [])]);
        // A training that ends early is as done as one that does not.
        const done = isOver ? recipe.epochs : epochsDone;
        last = await checkpoints.save({
          ...state,
          slots: remembered,
          network: from.network,
          epochsDone: done,
          stepsIntoEpoch: 0,
        });
        const ended = Date.now();
        context.epochDone?.({ epoch: epochsDone, of: recipe.epochs, began, ended });
        began = ended;
        return isOver || epochsDone === until;
      },
    });
    return last ?? storeModel(this.options.artifacts, from);
  }
}
