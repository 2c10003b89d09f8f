import { highestScores, keptWeights } from '../highest-scores.js';
import { repairAbsolute } from './least-absolute.js';
import { repair, ResidualCorrelation, type LeastSquares, type SolveSystems } from './least-squares.js';

export interface EnergyAwareOptions {
  /**
   * How far past the target weights are removed before some are restored, as a fraction of those
   * kept.
   */
  readonly overshoot: number;
  /** Rounds of restoring; each computes the output's error anew. */
  readonly rounds: number;
  /** p of ‖Ŷ − X A‖ₚ in the repair. For 1 the problem must come with samples. */
  readonly repairNorm: 1 | 2;
}

export const ENERGY_AWARE_DEFAULTS: EnergyAwareOptions = { overshoot: 0.3, rounds: 8, repairNorm: 2 };

/**
 * Prunes one layer as Yang, Chen, Sze (CVPR 2017) do: removes the smallest weights past the target,
 * restores those that reduce the error of the layer's output most, and solves for the kept weights:
 * in closed form, or for p = 1 from there on.
 *
 * @param original inputs × filters, row-major: the kernel with all but its last dimension flattened
 * @param density fraction of the layer's weights to keep, in [0, 1]
 * @returns the mask and the repaired weights, of the same shape
 */
export async function pruneEnergyAware(
  problem: LeastSquares,
  original: Float32Array,
  density: number,
  solve?: SolveSystems,
  given: Partial<EnergyAwareOptions> = {},
): Promise<{ mask: Float32Array; weights: Float32Array }> {
  const options = { ...ENERGY_AWARE_DEFAULTS, ...given };
  const target = keptWeights(original.length, density);
  const kept = Math.floor(target * (1 - options.overshoot));
  const mask = highestScores(original.map(Math.abs), kept);
  restoreByOutputError(problem, original, mask, target - kept, options.rounds);
  const weights = await repair(problem, mask, original, solve);
  if (options.repairNorm === 2) return { mask, weights };
  if (!problem.samples) throw new RangeError('a repair with p = 1 needs samples');
  return { mask, weights: await repairAbsolute(problem, problem.samples, mask, weights, solve) };
}

/**
 * Sets `count` more weights in the mask: those that, put back as they were, reduce the output's
 * error most.
 *
 * @param rounds in how many portions; the error is computed anew for each
 */
export function restoreByOutputError(
  problem: LeastSquares,
  original: Float32Array,
  mask: Float32Array,
  count: number,
  rounds = 1,
): void {
  const { gram, inputs, filters } = problem;
  const residual = new ResidualCorrelation(
    problem,
    original.map((weight, i) => weight * mask[i]),
  );
  const gain = new Float64Array(original.length);
  for (let round = rounds, left = count; round > 0 && left > 0; round--) {
    const portion = Math.ceil(left / round);
    for (let i = 0; i < inputs; i++) {
      const power = gram[i * inputs + i];
      for (let f = 0; f < filters; f++) {
        const at = i * filters + f;
        // ‖R‖² − ‖R − x w‖² = 2 w xᵀR − w² xᵀx
        gain[at] = mask[at] ? -Infinity : 2 * original[at] * residual.at(i, f) - original[at] ** 2 * power;
      }
    }
    const restored = highestScores(gain, portion);
    for (let at = 0; at < restored.length; at++) {
      if (restored[at] === 0 || mask[at] !== 0) continue;
      mask[at] = 1;
      residual.add(Math.floor(at / filters), at % filters, original[at]);
    }
    left -= portion;
  }
}
