import { residualCorrelation, repair, type LeastSquares } from './least-squares.js';
import { keptWeights, magnitudeMask } from './magnitude.js';

export interface EnergyAwareOptions {
  /** How far past the target weights are removed before some are restored, as a fraction of those kept. */
  readonly overshoot: number;
  /** In how many rounds they are restored; the output's error is computed anew for each. */
  readonly rounds: number;
}

export const ENERGY_AWARE_DEFAULTS: EnergyAwareOptions = { overshoot: 0.3, rounds: 8 };

/**
 * Prunes one layer as Yang, Chen, Sze (CVPR 2017) do: removes the smallest weights past the target, restores those that
 * reduce the error of the layer's output most, and solves for the kept weights in closed form.
 *
 * @param original inputs × filters, row-major: the kernel with all but its last dimension flattened
 * @param density fraction of the layer's weights to keep, in [0, 1]
 * @returns the mask and the repaired weights, of the same shape
 */
export function pruneEnergyAware(
  problem: LeastSquares,
  original: Float32Array,
  density: number,
  options: EnergyAwareOptions = ENERGY_AWARE_DEFAULTS,
): { mask: Float32Array; weights: Float32Array } {
  const target = keptWeights(original.length, density);
  let kept = Math.floor(target * (1 - options.overshoot));
  const mask = magnitudeMask(original, kept);
  for (let round = options.rounds; round > 0 && kept < target; round--) {
    const restored = Math.ceil((target - kept) / round);
    restoreByOutputError(problem, original, mask, restored);
    kept += restored;
  }
  return { mask, weights: repair(problem, mask, original) };
}

/** Sets `count` more weights in the mask: those that, put back as they were, reduce the output's error most. */
export function restoreByOutputError(
  problem: LeastSquares,
  original: Float32Array,
  mask: Float32Array,
  count: number,
): void {
  const { gram, inputs, filters } = problem;
  const kept = Float64Array.from(original, (weight, i) => weight * mask[i]);
  const residual = residualCorrelation(problem, kept);
  const candidates: number[] = [];
  const gain = new Float64Array(original.length);
  for (let i = 0; i < inputs; i++) {
    for (let f = 0; f < filters; f++) {
      const at = i * filters + f;
      if (mask[at] !== 0) continue;
      // ‖R‖² − ‖R − x w‖² = 2 w xᵀR − w² xᵀx
      gain[at] = 2 * original[at] * residual[at] - original[at] ** 2 * gram[i * inputs + i];
      candidates.push(at);
    }
  }
  candidates.sort((a, b) => gain[b] - gain[a] || a - b);
  for (const at of candidates.slice(0, count)) mask[at] = 1;
}
