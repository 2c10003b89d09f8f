import type { Network } from '@espalier/networks';
import { TrainableNetwork, type Checkpoint } from '@espalier/training';

/**
 * The role of a network in a job: two of one shape are compiled apart, since each has weights of
 * its own.
 */
export type Role = 'pruned' | 'reference';

/**
 * A job uses two; those of the campaign's own network outlast a candidate that has lost filters.
 */
const KEPT = 4;

/** Compiled networks of a training process; the least recently used ones are closed. */
export class CompiledNetworks {
  /** The most recently used comes last. */
  readonly #compiled = new Map<string, TrainableNetwork>();

  constructor(private readonly threads: { intraOp: number; interOp: number }) {}

  /**
   * A compiled network with undefined weights: load them before use. It stays open while a job uses
   * it and one other.
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

  /** A compiled network with a model's weights and masks. */
  async loaded(model: Pick<Checkpoint, 'network' | 'weights' | 'masks'>, role: Role): Promise<TrainableNetwork> {
    const trainable = this.of(model.network, role);
    await trainable.load({ weights: model.weights, masks: model.masks, slots: new Map() });
    return trainable;
  }
}
