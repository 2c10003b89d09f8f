import { createHash } from 'node:crypto';
import { ArtifactCorruptError, ArtifactMissingError, type ArtifactStore } from '@espalier/artifacts';
import type {
  EvaluateRequest,
  FineTuneRequest,
  Measurement,
  ModelReference,
  PruneRequest,
  PruningSchedule,
  TrainDenseRequest,
  TrainingTask,
} from '@espalier/contracts';
import type { DataSet } from '@espalier/datasets';
import { networkOf, type Network } from '@espalier/networks';
import {
  pruneNetwork,
  trainingPruner,
  type PrunedNetwork,
  type PruningData,
  type PruningTarget,
} from '@espalier/pruning';
import {
  decodeCheckpoint,
  denseRecipe,
  fit,
  initialWeights,
  layerStatistics,
  OutOfMemoryError,
  recalibrate,
  SystemSolver,
  weightGradients,
  type Checkpoint,
  type Recipe,
  type TrainableNetwork,
} from '@espalier/training';
import { againstDense } from './against-dense.js';
import type { CheckpointLedger } from './checkpoint-ledger.js';
import { Checkpoints, latestWhole, storeModel } from './checkpoints.js';
import { CompiledNetworks, type Role } from './compiled-networks.js';
import { fineTuneOptions, PruningWhileTraining, stopWithoutProgress } from './fine-tuning.js';
import { LoadedData } from './loaded-data.js';

/** Images over which pruning judges a layer's output: 64,000 positions of LeNet-5's second convolution. */
const STATISTICS_IMAGES = 1000;
/** Images over which batch normalisations are measured anew after filters or weights have gone. */
const RECALIBRATION_IMAGES = 2000;

/** What a job reports while it runs, and looks at to know whether to go on. */
export interface JobContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: JobProgress) => void;
}
export interface JobProgress {
  readonly phase: string;
  readonly done: number;
  readonly of: number;
  /** The last checkpoint, so that a log shows where a next attempt will go on. */
  readonly checkpoint?: string;
}

/**
 * The four things a device does for a campaign. Each reads its inputs from the artifact store and leaves its result
 * there, so that any of them may be repeated, or go on in another process: a repeated job finds its own checkpoints.
 */
export class TrainingJobs {
  readonly #data: LoadedData;
  readonly #networks: CompiledNetworks;
  #solver: SystemSolver | undefined;

  constructor(
    private readonly options: {
      artifacts: ArtifactStore;
      ledger: CheckpointLedger;
      dataCache: string;
      threads: { intraOp: number; interOp: number };
    },
  ) {
    this.#data = new LoadedData(options.dataCache);
    this.#networks = new CompiledNetworks(options.threads);
  }

  /** Trains the unpruned network, or finds that it has been trained already, here or by its owner. */
  async trainDense({ task }: TrainDenseRequest, context: JobContext): Promise<ModelReference> {
    const network = networkOf(task.network);
    if (task.weights !== undefined) {
      const bytes = await this.options.artifacts.get(task.weights);
      decodeCheckpoint(network, bytes);
      return { artifact: task.weights, bytes: bytes.length };
    }
    const recipe = { ...denseRecipe(network), seed: task.seed };
    const start: Checkpoint = {
      network,
      weights: initialWeights(network, task.seed),
      masks: new Map(),
      slots: new Map(),
      epochsDone: 0,
      stepsIntoEpoch: 0,
    };
    return this.#fitFrom(start, denseTraining(task), task, context, recipe);
  }

  /** Prunes the dense network, or what an earlier stage left of it, by a schedule; no training yet. */
  async prune(request: PruneRequest, context: JobContext): Promise<ModelReference> {
    const { task, schedule, from } = request;
    const network = networkOf(task.network);
    const data = await this.#data.of(task);
    const before =
      from === undefined
        ? await this.#denseModel(request, network, context)
        : decodeCheckpoint(network, await this.options.artifacts.get(from));
    const target = {
      accelerator: request.accelerator,
      batch: request.batch,
      densities: await this.#densities(before, data, context),
    };
    const pruned = await pruneNetwork(
      before.network,
      before.weights,
      schedule,
      target,
      this.#pruningData(before, schedule, seedOf(request), data, context),
    );
    const rewound = await this.#rewound(pruned, schedule, task, context);
    const trainable = this.#networks.of(rewound.network, 'pruned');
    const start = { ...rewound, slots: new Map(), epochsDone: 0, stepsIntoEpoch: 0 };
    await trainable.load(start);
    await recalibrate(trainable, data.training, RECALIBRATION_IMAGES);
    return storeModel(this.options.artifacts, { ...start, weights: await trainable.weights() });
  }

  /** Measured on a part of the training images: only the order in which layers are pruned depends on it. */
  async #densities(
    model: Checkpoint,
    { training }: DataSet,
    { signal }: JobContext,
  ): Promise<PruningTarget['densities']> {
    const reference = await this.#loaded(model, 'reference');
    const sample = { ...training, count: Math.min(STATISTICS_IMAGES, training.count) };
    const { profile } = await reference.measure(sample, 'validation', () => signal.throwIfAborted());
    return profile.layers.map(({ density }) => density);
  }

  /** Trains a pruned network with its masks held, or prunes it while it is trained. */
  async fineTune(request: FineTuneRequest, context: JobContext): Promise<ModelReference> {
    const { task } = request;
    const network = networkOf(task.network);
    const start = decodeCheckpoint(network, await this.options.artifacts.get(request.pruned));
    const recipe = { ...fineTuneOptions(network, request), seed: seedOf(request) };
    const { candidate, replicate, stage } = request;
    const training = ['candidate', candidate, replicate && `seed-${replicate}`, stage].filter(Boolean).join('-');
    return this.#fitFrom(start, training, task, context, recipe, request);
  }

  /** Accuracy and sparsity profile of a model on one split. */
  async evaluate({ task, model, split }: EvaluateRequest, context: JobContext): Promise<Measurement> {
    const network = networkOf(task.network);
    const data = await this.#data.of(task);
    const checkpoint = decodeCheckpoint(network, await this.options.artifacts.get(model));
    const trainable = await this.#loaded(checkpoint, 'pruned');
    const measured = await trainable.measure(data[split], split, () => context.signal.throwIfAborted());
    return checkpoint.network === network ? measured : againstDense(measured, network, checkpoint.network);
  }

  /** Trains from a checkpoint; where there is no memory for a batch, once more with batches half as large. */
  async #fitFrom(...args: FitArguments): Promise<ModelReference> {
    try {
      return await this.#fitOnce(...args);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      const [start, training, task, context, recipe, fineTune] = args;
      const batchSize = Math.max(1, recipe.batchSize >> 1);
      context.progress({ phase: `train in batches of ${batchSize}, for want of memory`, done: 0, of: 1 });
      return this.#fitOnce(start, training, task, context, { ...recipe, batchSize }, fineTune);
    }
  }

  async #fitOnce(...[start, training, task, context, recipe, fineTune]: FitArguments): Promise<ModelReference> {
    const { artifacts, ledger } = this.options;
    const checkpoints = await Checkpoints.take(artifacts, ledger, training, context.signal);
    const dense = networkOf(task.network);
    const until = Math.min(fineTune?.until ?? recipe.epochs, recipe.epochs);
    const found = await checkpoints.latest(dense, until);
    const from = found?.checkpoint ?? start;
    if (from.epochsDone >= until) return found?.reference ?? storeModel(artifacts, from);
    const data = await this.#data.of(task);
    const trainable = this.#networks.of(from.network, 'pruned');
    const schedule = fineTune?.schedule;
    // By the weights that the training began with, also when it goes on from a checkpoint: how many each layer keeps may
    // depend on them.
    const pruner =
      schedule &&
      (await trainingPruner(
        start.network,
        start.weights,
        schedule,
        this.#pruningData(start, schedule, recipe.seed, data, context),
      ));
    const pruning = pruner && new PruningWhileTraining(trainable, pruner);
    await (pruning ?? trainable).load(from);
    const patience = schedule?.fineTune.patience;
    const isStuck = patience === undefined ? undefined : stopWithoutProgress(trainable, data, patience);
    let last = found?.reference;
    await fit(trainable, data.training, {
      ...recipe,
      start: from,
      signal: context.signal,
      ...(await this.#teacher(fineTune, context)),
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
        return isOver || epochsDone === until;
      },
    });
    return last ?? storeModel(this.options.artifacts, from);
  }

  /** The dense network as it was early in its training, under the masks that pruning found at its end. */
  async #rewound(
    pruned: PrunedNetwork,
    { fineTune: { rewindTo } }: PruningSchedule,
    task: TrainingTask,
    context: JobContext,
  ): Promise<PrunedNetwork> {
    if (rewindTo === undefined || pruned.masks.size === 0) return pruned;
    const network = networkOf(task.network);
    if (rewindTo === 0) return { ...pruned, weights: initialWeights(network, task.seed) };
    const find = async () =>
      latestWhole(
        this.options.artifacts,
        await this.options.ledger.known(denseTraining(task), context.signal),
        network,
        rewindTo,
      );
    let early = await find();
    if (!early) {
      await this.trainDense({ task }, context);
      early = await find();
    }
    return early?.checkpoint.stepsIntoEpoch === 0 ? { ...pruned, weights: early.checkpoint.weights } : pruned;
  }

  async #teacher(request: FineTuneRequest | undefined, context: JobContext) {
    const distillation = request?.schedule?.fineTune.distillation;
    if (!request || !distillation || distillation.share === 0 || request.dense === undefined) return {};
    const network = networkOf(request.task.network);
    const model = await this.#denseModel({ task: request.task, dense: request.dense }, network, context);
    const teacher = await this.#loaded(model, 'reference');
    return { teacher: { network: teacher, ...distillation } };
  }

  /** @param before the network that is pruned, whose answers are to be kept */
  #pruningData(
    before: Checkpoint,
    schedule: PruningSchedule,
    seed: number,
    { training }: DataSet,
    context: JobContext,
  ): PruningData {
    const layers = Object.keys(schedule.density).length;
    let loading: Promise<TrainableNetwork> | undefined;
    const reference = (): Promise<TrainableNetwork> => (loading ??= this.#loaded(before, 'reference'));
    return {
      seed,
      solve: (systems) => (this.#solver ??= new SystemSolver(this.options.threads)).solve(systems),
      gradients: async () => weightGradients(await reference(), training, STATISTICS_IMAGES, context.signal),
      statisticsOf: async (layer, soFar, samples) => {
        context.signal.throwIfAborted();
        context.progress({ phase: 'prune', done: soFar.order.length, of: layers });
        const dense = await reference();
        const pruned = await this.#loaded({ ...soFar, network: before.network }, 'pruned');
        return layerStatistics(pruned, dense, layer, training, STATISTICS_IMAGES, samples);
      },
    };
  }

  async #loaded(model: Pick<Checkpoint, 'network' | 'weights' | 'masks'>, role: Role): Promise<TrainableNetwork> {
    const trainable = this.#networks.of(model.network, role);
    await trainable.load({ weights: model.weights, masks: model.masks, slots: new Map() });
    return trainable;
  }

  /** The dense model; when its file is damaged or gone it is trained again, which on one device gives the same bytes. */
  async #denseModel(
    request: Pick<PruneRequest, 'task' | 'dense'>,
    network: Network,
    context: JobContext,
  ): Promise<Checkpoint> {
    try {
      return decodeCheckpoint(network, await this.options.artifacts.get(request.dense));
    } catch (error) {
      if (!(error instanceof ArtifactCorruptError || error instanceof ArtifactMissingError)) throw error;
      const again = await this.trainDense({ task: request.task }, context);
      if (again.artifact !== request.dense) throw error;
      return decodeCheckpoint(network, await this.options.artifacts.get(again.artifact));
    }
  }
}

type FitArguments = [
  start: Checkpoint,
  training: string,
  task: TrainingTask,
  context: JobContext,
  recipe: Recipe & { readonly seed: number },
  fineTune?: FineTuneRequest,
];

function seedOf({ task, replicate = 0 }: Pick<PruneRequest, 'task' | 'replicate'>): number {
  return task.seed + replicate;
}

function denseTraining(task: TrainingTask): string {
  const recipe = denseRecipe(networkOf(task.network));
  const hash = createHash('sha256').update(JSON.stringify({ task, recipe })).digest('hex');
  return `dense-${hash.slice(0, 32)}`;
}
