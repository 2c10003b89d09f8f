import type { PruningSchedule } from '@espalier/contracts';
import type { DataSet } from '@espalier/datasets';
import type { PruningData, PruningTarget } from '@espalier/pruning';
import {
  layerStatistics,
  SystemSolver,
  weightGradients,
  type Checkpoint,
  type TrainableNetwork,
} from '@espalier/training';
import type { CompiledNetworks } from './compiled-networks.js';
import type { JobContext } from '../process/job-context.js';

/**
 * Images over which pruning judges a layer's output: 64,000 positions of LeNet-5's second
 * convolution.
 */
const STATISTICS_IMAGES = 1000;

/** Statistics for pruning: activations, gradients and solved linear systems. */
export class PruningStatistics {
  #solver: SystemSolver | undefined;

  constructor(
    private readonly networks: CompiledNetworks,
    private readonly threads: { intraOp: number; interOp: number },
  ) {}

  /**
   * Measured on a part of the training images: only the order in which layers are pruned depends on
   * it.
   */
  async densities(
    model: Checkpoint,
    { training }: DataSet,
    { signal }: JobContext,
  ): Promise<PruningTarget['densities']> {
    const reference = await this.networks.loaded(model, 'reference');
    const sample = { ...training, count: Math.min(STATISTICS_IMAGES, training.count) };
    const { profile } = await reference.measure(sample, 'validation', () => signal.throwIfAborted());
    return profile.layers.map(({ density }) => density);
  }

  /** @param before the network that is pruned, whose answers are to be kept */
  of(
    before: Checkpoint,
    schedule: PruningSchedule,
    seed: number,
    { training }: DataSet,
    context: JobContext,
  ): PruningData {
    const layers = Object.keys(schedule.density).length;
    let loading: Promise<TrainableNetwork> | undefined;
    const reference = (): Promise<TrainableNetwork> => (loading ??= this.networks.loaded(before, 'reference'));
    return {
      seed,
      solve: (systems) => (this.#solver ??= new SystemSolver(this.threads)).solve(systems),
      gradients: async () => weightGradients(await reference(), training, STATISTICS_IMAGES, context.signal),
      statisticsOf: async (layer, soFar, samples) => {
        context.signal.throwIfAborted();
        context.progress({ phase: 'prune', done: soFar.order.length, of: layers });
        const dense = await reference();
        const pruned = await this.networks.loaded({ ...soFar, network: before.network }, 'pruned');
        return layerStatistics(pruned, dense, layer, training, STATISTICS_IMAGES, samples);
      },
    };
  }
}
