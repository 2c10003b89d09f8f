import { createHash } from 'node:crypto';
import { ArtifactCorruptError, ArtifactMissingError, type ArtifactStore } from '@espalier/artifacts';
import type {
  EvaluateRequest,
  FineTuneRequest,
  Measurement,
  ModelReference,
  PruneRequest,
  TrainDenseRequest,
  TrainingTask,
} from '@espalier/contracts';
import { loadDataSet, type DataSet } from '@espalier/datasets';
import { zooNetwork, type Network } from '@espalier/networks';
import { pruneNetwork } from '@espalier/pruning';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  fit,
  initialWeights,
  layerStatistics,
  TrainableNetwork,
  type Checkpoint,
  type FitOptions,
} from '@espalier/training';

/** How the dense network is trained: LeNet-5 reaches 99 % on MNIST's test images with it. */
const DENSE_RECIPE = { epochs: 4, batchSize: 64, learningRate: 0.04 } as const;
const FINE_TUNE_RECIPE = { batchSize: 64, learningRate: 0.12 } as const;
/** Images over which energy-aware pruning judges a layer's output: 64,000 positions of LeNet-5's second convolution. */
const STATISTICS_IMAGES = 1000;

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
  readonly #data = new Map<string, Promise<DataSet>>();
  readonly #networks = new Map<string, TrainableNetwork>();

  constructor(
    private readonly options: {
      artifacts: ArtifactStore;
      dataCache: string;
      threads: { intraOp: number; interOp: number };
    },
  ) {}

  /** Trains the unpruned network, or finds that it has been trained already. */
  async trainDense({ task }: TrainDenseRequest, context: JobContext): Promise<ModelReference> {
    const network = zooNetwork(task.network);
    const recipe = createHash('sha256')
      .update(JSON.stringify({ task, recipe: DENSE_RECIPE }))
      .digest('hex');
    const start: Checkpoint = {
      weights: initialWeights(network, task.seed),
      masks: new Map(),
      momentum: new Map(),
      epochsDone: 0,
    };
    return this.#fitFrom(start, `dense/${recipe.slice(0, 32)}`, task, context, {
      ...DENSE_RECIPE,
      imagesPerEpoch: null,
      seed: task.seed,
    });
  }

  /** Prunes the dense network by a schedule; no training yet. */
  async prune(request: PruneRequest, context: JobContext): Promise<ModelReference> {
    const { task, schedule } = request;
    const network = zooNetwork(task.network);
    const data = await this.#dataOf(task);
    const dense = await this.#denseModel(request, network, context);
    const pruning = this.#network(network, 'pruned');
    const reference = this.#network(network, 'dense');
    await reference.load(dense);
    // Priced on a part of the training images: only the order of the layers depends on it.
    const sample = { ...data.training, count: Math.min(STATISTICS_IMAGES, data.training.count) };
    const { profile } = await reference.measure(sample, 'validation', () => context.signal.throwIfAborted());
    const layers = Object.keys(schedule.density).length;
    const pruned = await pruneNetwork(
      network,
      dense.weights,
      schedule,
      {
        accelerator: request.accelerator,
        batch: request.batch,
        densities: profile.layers.map(({ density }) => density),
      },
      async (layer, soFar) => {
        context.signal.throwIfAborted();
        context.progress({ phase: 'prune', done: soFar.order.length, of: layers });
        await pruning.load({ ...soFar, momentum: new Map() });
        return layerStatistics(pruning, reference, layer, data.training, STATISTICS_IMAGES);
      },
    );
    return this.#store(network, { weights: pruned.weights, masks: pruned.masks, momentum: new Map(), epochsDone: 0 });
  }

  /** Trains a pruned network with its masks held. */
  async fineTune(request: FineTuneRequest, context: JobContext): Promise<ModelReference> {
    const { task } = request;
    const network = zooNetwork(task.network);
    const start = decodeCheckpoint(network, await this.options.artifacts.get(request.pruned));
    return this.#fitFrom(start, `candidates/${request.candidate}`, task, context, {
      ...FINE_TUNE_RECIPE,
      epochs: request.epochs,
      imagesPerEpoch: request.imagesPerEpoch,
      seed: task.seed,
    });
  }

  /** Accuracy and sparsity profile of a model on one split. */
  async evaluate({ task, model, split }: EvaluateRequest, context: JobContext): Promise<Measurement> {
    const network = zooNetwork(task.network);
    const data = await this.#dataOf(task);
    const trainable = this.#network(network, 'pruned');
    await trainable.load(decodeCheckpoint(network, await this.options.artifacts.get(model)));
    return trainable.measure(data[split], split, () => context.signal.throwIfAborted());
  }

  async #fitFrom(
    start: Checkpoint,
    pointers: string,
    task: TrainingTask,
    context: JobContext,
    recipe: Omit<FitOptions, 'epochsDone' | 'signal' | 'onEpoch' | 'onStep'>,
  ): Promise<ModelReference> {
    const network = zooNetwork(task.network);
    const found = await this.#lastCheckpoint(network, pointers, recipe.epochs);
    if (found && found.checkpoint.epochsDone === recipe.epochs) return found.reference;
    const from = found?.checkpoint ?? start;
    const data = await this.#dataOf(task);
    const trainable = this.#network(network, 'pruned');
    await trainable.load(from);
    let last = found?.reference;
    await fit(trainable, data.training, {
      ...recipe,
      epochsDone: from.epochsDone,
      signal: context.signal,
      onStep: (done, of) => context.progress({ phase: 'train', done, of, checkpoint: last?.artifact }),
      onEpoch: async (epochsDone, _loss, state) => {
        last = await this.#store(network, { ...state, epochsDone });
        await this.options.artifacts.setPointer(`${pointers}/epoch-${epochsDone}`, last.artifact);
      },
    });
    return last ?? this.#store(network, from);
  }

  /** The latest checkpoint that is whole: one that is damaged or missing is passed over, and its epoch done again. */
  async #lastCheckpoint(
    network: Network,
    pointers: string,
    epochs: number,
  ): Promise<{ checkpoint: Checkpoint; reference: ModelReference } | undefined> {
    const known = await this.options.artifacts.pointers(pointers);
    for (let epoch = epochs; epoch > 0; epoch--) {
      const artifact = known.get(`epoch-${epoch}`);
      if (artifact === undefined) continue;
      try {
        const bytes = await this.options.artifacts.get(artifact);
        return { checkpoint: decodeCheckpoint(network, bytes), reference: { artifact, bytes: bytes.length } };
      } catch (error) {
        if (error instanceof ArtifactCorruptError || error instanceof ArtifactMissingError) continue;
        throw error;
      }
    }
    return undefined;
  }

  /** The dense model; when its file is damaged or gone it is trained again, which on one device gives the same bytes. */
  async #denseModel(request: PruneRequest, network: Network, context: JobContext): Promise<Checkpoint> {
    try {
      return decodeCheckpoint(network, await this.options.artifacts.get(request.dense));
    } catch (error) {
      if (!(error instanceof ArtifactCorruptError || error instanceof ArtifactMissingError)) throw error;
      const again = await this.trainDense({ task: request.task }, context);
      if (again.artifact !== request.dense) throw error;
      return decodeCheckpoint(network, await this.options.artifacts.get(again.artifact));
    }
  }

  async #store(network: Network, checkpoint: Checkpoint): Promise<ModelReference> {
    const bytes = encodeCheckpoint(network, checkpoint);
    return { artifact: await this.options.artifacts.put(bytes), bytes: bytes.length };
  }

  #dataOf({ data, trainingImages }: TrainingTask): Promise<DataSet> {
    const key = `${data}/${trainingImages}`;
    let loading = this.#data.get(key);
    if (!loading) {
      loading = loadDataSet(data, this.options.dataCache, trainingImages);
      // A failure is not kept: the next job tries again.
      loading.catch(() => this.#data.delete(key));
      this.#data.set(key, loading);
    }
    return loading;
  }

  #network(network: Network, role: 'pruned' | 'dense'): TrainableNetwork {
    const key = `${role}/${network.name}`;
    const trainable = this.#networks.get(key) ?? new TrainableNetwork(network, this.options.threads);
    this.#networks.set(key, trainable);
    return trainable;
  }
}
