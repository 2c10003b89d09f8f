import { createHash } from 'node:crypto';
import { ArtifactCorruptError, ArtifactMissingError, type ArtifactStore } from '@espalier/artifacts';
import { splitRuleOf } from '@espalier/contracts';
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
import { resolveNetwork, type Network } from '@espalier/networks';
import { pruneNetwork, type PrunedNetwork } from '@espalier/pruning';
import { decodeCheckpoint, denseRecipe, initialWeights, recalibrate, type Checkpoint } from '@espalier/training';
import { relativeToDense } from './relative-to-dense.js';
import type { CheckpointLedger } from '../checkpoints/checkpoint-ledger.js';
import { CheckpointedTrainings } from '../checkpoints/checkpointed-trainings.js';
import { latestComplete, storeModel } from '../checkpoints/checkpoints.js';
import { CompiledNetworks } from './compiled-networks.js';
import { fineTuneOptions } from './fine-tuning.js';
import type { JobContext } from '../process/job-context.js';
import { LoadedData } from './loaded-data.js';
import { PruningStatistics } from './pruning-statistics.js';

/** Images for new statistics of batch normalisations after pruning. */
const RECALIBRATION_IMAGES = 2000;

/**
 * The four jobs of a device. Each reads its inputs from the artifact store and leaves its result
 * there, so that it may be repeated, or resumed by another process.
 */
export class TrainingJobs {
  readonly #data: LoadedData;
  readonly #networks: CompiledNetworks;
  readonly #evidence: PruningStatistics;
  readonly #trainings: CheckpointedTrainings;

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
    this.#evidence = new PruningStatistics(this.#networks, options.threads);
    this.#trainings = new CheckpointedTrainings({
      ...options,
      data: this.#data,
      networks: this.#networks,
      evidence: this.#evidence,
      teacher: (request, context) => this.#teacher(request, context),
    });
  }

  /**
   * Trains the unpruned network, or takes the model that exists: from an earlier attempt, or the
   * user's own.
   */
  async trainDense({ task }: TrainDenseRequest, context: JobContext, inHalfBatches = false): Promise<ModelReference> {
    const network = resolveNetwork(task.network);
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
    return this.#trainings.fit(start, denseTraining(task), task, context, recipe, { inHalfBatches });
  }

  /** Prunes the dense network, or the result of an earlier stage, by a schedule; trains nothing. */
  async prune(request: PruneRequest, context: JobContext): Promise<ModelReference> {
    const { task, schedule, from } = request;
    const network = resolveNetwork(task.network);
    const data = await this.#data.of(task);
    const before =
      from === undefined
        ? await this.#denseModel(request, network, context)
        : decodeCheckpoint(network, await this.options.artifacts.get(from));
    const target = {
      accelerator: request.accelerator,
      batch: request.batch,
      densities: await this.#evidence.densities(before, data, context),
    };
    const pruned = await pruneNetwork(
      before.network,
      before.weights,
      schedule,
      target,
      this.#evidence.of(before, schedule, seedOf(request), data, context),
    );
    const rewound = await this.#rewound(pruned, schedule, task, context);
    const trainable = this.#networks.of(rewound.network, 'pruned');
    const start = { ...rewound, slots: new Map(), epochsDone: 0, stepsIntoEpoch: 0 };
    await trainable.load(start);
    await recalibrate(trainable, data.training, RECALIBRATION_IMAGES);
    return storeModel(this.options.artifacts, { ...start, weights: await trainable.weights() });
  }

  /** Fine-tunes a pruned network with fixed masks, or prunes it while it trains. */
  async fineTune(request: FineTuneRequest, context: JobContext, inHalfBatches = false): Promise<ModelReference> {
    const { task } = request;
    const network = resolveNetwork(task.network);
    const start = decodeCheckpoint(network, await this.options.artifacts.get(request.pruned));
    const recipe = { ...fineTuneOptions(network, request), seed: seedOf(request) };
    const { candidate, replicate, stage } = request;
    const training = ['candidate', candidate, replicate && `seed-${replicate}`, stage].filter(Boolean).join('-');
    return this.#trainings.fit(start, training, task, context, recipe, { fineTune: request, inHalfBatches });
  }

  /** Measures accuracy and sparsity profile of a model on one split. */
  async evaluate({ task, model, split }: EvaluateRequest, context: JobContext): Promise<Measurement> {
    const network = resolveNetwork(task.network);
    const data = await this.#data.of(task);
    const checkpoint = decodeCheckpoint(network, await this.options.artifacts.get(model));
    const trainable = await this.#networks.loaded(checkpoint, 'pruned');
    const measured = await trainable.measure(data[split], split, () => context.signal.throwIfAborted());
    return checkpoint.network === network ? measured : relativeToDense(measured, network, checkpoint.network);
  }

  /** The dense network from early in its training, with the final masks (weight rewinding). */
  async #rewound(
    pruned: PrunedNetwork,
    { fineTune: { rewindTo } }: PruningSchedule,
    task: TrainingTask,
    context: JobContext,
  ): Promise<PrunedNetwork> {
    if (rewindTo === undefined || pruned.masks.size === 0) return pruned;
    const network = resolveNetwork(task.network);
    if (rewindTo === 0) return { ...pruned, weights: initialWeights(network, task.seed) };
    const find = async () =>
      latestComplete(
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
    const network = resolveNetwork(request.task.network);
    const model = await this.#denseModel({ task: request.task, dense: request.dense }, network, context);
    const teacher = await this.#networks.loaded(model, 'reference');
    return { teacher: { network: teacher, ...distillation } };
  }

  /**
   * The dense model. When its file is damaged or missing, it is trained again, which gives the same
   * bytes on one device.
   */
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

function seedOf({ task, replicate = 0 }: Pick<PruneRequest, 'task' | 'replicate'>): number {
  return task.seed + replicate;
}

function denseTraining(task: TrainingTask): string {
  const recipe = denseRecipe(resolveNetwork(task.network));
  const hash = createHash('sha256')
    .update(JSON.stringify({ task, recipe, splits: splitRuleOf(task.data) }))
    .digest('hex');
  return `dense-${hash.slice(0, 32)}`;
}
