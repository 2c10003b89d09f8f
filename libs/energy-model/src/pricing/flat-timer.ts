import { layerLatency } from './latency.js';
import { DENSE, type NetworkPricer } from './price-network.js';

/** Nothing is computed where no weight and no input is left: what remains is moved. */
const EMPTY = { weights: 0, inputs: 0, outputs: 0 };

/**
 * Latencies of many candidates of one network on one accelerator, from flat arrays, without
 * allocation: the counterpart of `FlatPricer`. Only computation follows the zeros, where the
 * accelerator skips them; moving data is a floor under it.
 */
export class FlatTimer {
  readonly #computation: Float64Array;
  readonly #exposed: Float64Array;
  readonly #floor: Float64Array;
  readonly #skipsWeights: boolean;
  readonly #skipsInputs: boolean;

  constructor({ accelerator, layers }: NetworkPricer) {
    const { zeros } = accelerator.sparsity;
    this.#skipsWeights = zeros.weights === 'skipping';
    this.#skipsInputs = zeros.inputs === 'skipping';
    const dense = layers.map(({ traffic }) => layerLatency(traffic, DENSE, accelerator));
    this.#computation = Float64Array.from(dense, ({ cycles, stalls }) => cycles - stalls);
    this.#exposed = Float64Array.from(layers, ({ traffic }) => traffic.exposedCycles);
    this.#floor = Float64Array.from(layers, ({ traffic }) => layerLatency(traffic, EMPTY, accelerator).cycles);
  }

  /**
   * Cycles of one candidate.
   *
   * @param densities of weights, inputs and outputs of each layer, one layer after the other; each
   *   in [0, 1], unchecked
   */
  cycles(densities: Float64Array): number {
    let sum = 0;
    for (let layer = 0; layer < this.#computation.length; layer++) {
      const computed =
        this.#computation[layer] *
        (this.#skipsWeights ? densities[3 * layer] : 1) *
        (this.#skipsInputs ? densities[3 * layer + 1] : 1);
      sum += Math.max(computed + this.#exposed[layer], this.#floor[layer]);
    }
    return sum;
  }
}
