import type { Network } from '@espalier/networks';
import { TrainableNetwork, type Checkpoint } from '@espalier/training';

/**
 * What a network is in a job: two of one shape have weights of their own, so that each is compiled
 * for itself.
 */
export type Role = 'pruned' | 'reference';

/**
 * A job uses two; those of the campaign's own network outlast a candidate that has lost filters.
 */
const KEPT = 4;

/**
 * Networks that a training process has compiled. The ones used last are kept, the others closed.
 */
export class CompiledNetworks {
  /** The one used last is last. */
  readonly #compiled = new Map<string, TrainableNetwork>();

  constructor(private readonly threads: { intraOp: number; interOp: number }) {}

  /**
   * Compiled, with whatever weights it had: load it before use. It stays open while a job uses it
   * and one other.
   */
  of(network: Network, role: Role): TrainableNetwork {
    const key = `${role} ${JSON.stringify(network)}`;
    const trainable = this.#compiled.get(key) ?? new TrainableNetwork(network, this.threads);
    this.#compiled.delete(key);
    this.#compiled.set(key, trainable);
    for (const [other, oldest] of this.#compiled) {
      if (this.#compiled.size <= KEPT) break;
      this.#compiled.delete(other);
      oldest.close();
    }
    return trainable;
  }

  /** Compiled, with a model's weights and masks. */
  async loaded(model: Pick<Checkpoint, 'network' | 'weights' | 'masks'>, role: Role): Promise<TrainableNetwork> {
    const trainable = this.of(model.network, role);
    await trainable.load({ weights: model.weights, masks: model.masks, slots: new Map() });
    return trainable;
  }
}
