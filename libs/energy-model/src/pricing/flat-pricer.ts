import { EnergyModelError } from '../energy-model-error.js';
import type { Scaling } from './energy-terms.js';
import type { NetworkPricer } from './price-network.js';

/** What a term's energy is multiplied with. Terms that scale alike are added up beforehand. */
const CONSTANT = 0;
const WEIGHTS_AND_INPUTS = 1;
const COMPRESSED = 2;
/**
 * Run-length codes of one tensor: energy that follows its values, and their run lengths. Both
 * clipped where plain is smaller.
 */
const TENSORS = ['weights', 'inputs', 'outputs'] as const;
const STRIDE = COMPRESSED + TENSORS.length;

/**
 * Prices of many candidates of one network on one chip: only the totals, from flat arrays, with
 * nothing allocated. The search's inner loop.
 *
 * Tensors must be compressed in one format each, run-length with one width of runs for all; a chip
 * that leaks, or mixes formats, is refused.
 */
export class FlatPricer {
  readonly layers: number;
  /** For each layer its coefficients, in the order above. */
  readonly #energies: Float64Array;
  readonly #skipsWeights: boolean;
  readonly #skipsInputs: boolean;
  readonly #longestCode: number;
  /** For each tensor, the size of a code relative to a value; 0 where nothing is compressed. */
  readonly #codeSize = new Float64Array(TENSORS.length);

  /** @throws EnergyModelError when the chip's energy does not have this form */
  constructor(pricer: NetworkPricer) {
    const { accelerator, layers } = pricer;
    const { zeros, compression } = accelerator.sparsity;
    const widths = new Set(compression.map(({ indexBits }) => indexBits ?? 5));
    const isUniform = compression.every(({ format }) => format === 'run-length') && widths.size <= 1;
    if (!isUniform || (accelerator.computation.leakagePerCycle ?? 0) > 0) {
      throw new EnergyModelError(
        `${accelerator.name} cannot be priced by totals alone: that needs run-length codes of one width, and no leakage`,
      );
    }
    const runBits = [...widths][0] ?? 5;
    this.#longestCode = 2 ** runBits;
    this.#skipsWeights = zeros.weights !== 'none';
    this.#skipsInputs = zeros.inputs !== 'none';
    this.layers = layers.length;
    this.#energies = new Float64Array(layers.length * STRIDE);
    layers.forEach(({ terms }, layer) => {
      for (const { energy, scales } of terms) this.#energies[layer * STRIDE + this.#placeOf(scales, runBits)] += energy;
    });
  }

  #placeOf(scales: Scaling, runBits: number): number {
    if (scales.by === 'nothing') return CONSTANT;
    if (scales.by === 'activity') return WEIGHTS_AND_INPUTS;
    const tensor = TENSORS.indexOf(scales.tensor);
    this.#codeSize[tensor] = 1 + runBits / scales.valueBits;
    return COMPRESSED + tensor;
  }

  /**
   * Energy of one candidate.
   *
   * @param densities of weights, inputs and outputs of each layer, one layer after the other; each
   *   in [0, 1], unchecked
   * @param at where the candidate's densities begin
   */
  total(densities: Float64Array, at = 0): number {
    const energies = this.#energies;
    let sum = 0;
    for (let layer = 0; layer < this.layers; layer++) {
      const e = layer * STRIDE;
      const d = at + layer * TENSORS.length;
      const activity = (this.#skipsWeights ? densities[d] : 1) * (this.#skipsInputs ? densities[d + 1] : 1);
      sum += energies[e + CONSTANT] + energies[e + WEIGHTS_AND_INPUTS] * activity;
      for (let tensor = 0; tensor < 3; tensor++) {
        const energy = energies[e + COMPRESSED + tensor];
        if (energy !== 0) sum += energy * this.#coded(densities[d + tensor], this.#codeSize[tensor]);
      }
    }
    return sum;
  }

  /**
   * Energies of many candidates.
   *
   * @param densities candidates × layers × (weights, inputs, outputs)
   * @param totals receives one energy a candidate
   */
  totals(densities: Float64Array, totals: Float64Array): void {
    const width = this.layers * TENSORS.length;
    for (let i = 0; i < totals.length; i++) totals[i] = this.total(densities, i * width);
  }

  /** Size of run-length codes relative to the plain tensor, at most 1: as in `codedSize`. */
  #coded(density: number, codeSize: number): number {
    // (1 − d)^(2^runBits) by squaring: `Math.pow` takes five times as long.
    let allZeros = 1 - density;
    if (allZeros > 0.999) {
      const valuesPerCode =
        density > 0 ? -Math.expm1(this.#longestCode * Math.log1p(-density)) / density : this.#longestCode;
      return codeSize / valuesPerCode;
    }
    for (let length = 1; length < this.#longestCode; length *= 2) allZeros *= allZeros;
    const size = (codeSize * density) / (1 - allZeros);
    return size < 1 ? size : 1;
  }
}
