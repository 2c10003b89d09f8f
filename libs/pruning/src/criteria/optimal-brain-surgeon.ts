import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix';
import { highestScores, keptWeights } from '../highest-scores.js';
import { ridgeOf, type LeastSquares } from '../by-output/least-squares.js';

/** Inputs that are decided together. */
const BLOCK = 128;
/** The inverse of a smaller ridge is infinite. Where all inputs are 0, weights go by magnitude. */
const LEAST_RIDGE = 1e-150;

/**
 * Prunes a layer by second order: the optimal brain surgeon (Hassibi & Stork 1993) on the layer's
 * output, in the way that SparseGPT (Frantar & Alistarh 2023) makes fast. Inputs are visited in
 * order; a weight that goes costs w² / [H⁻¹]ᵢᵢ, H the Gram of the inputs not yet visited, and the
 * weights after it take over what it did.
 *
 * @param original inputs × filters, row-major
 * @param density of each block of inputs, so that the budget is spread evenly over them
 */
export function pruneOptimalBrainSurgeon(
  problem: LeastSquares,
  original: Float32Array,
  density: number,
): { mask: Float32Array; weights: Float32Array } {
  const { gram, inputs, filters } = problem;
  const hessian = new Matrix(inputs, inputs);
  const ridge = Math.max(100 * ridgeOf(problem), LEAST_RIDGE);
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < inputs; j++) hessian.set(i, j, gram[i * inputs + j] + (i === j ? ridge : 0));
  }
  // Row i of the upper Cholesky factor of H⁻¹ is what elimination would have left of H⁻¹ when i
  // comes to be visited.
  const inverted = inverse(hessian);
  const symmetric = Matrix.add(inverted, inverted.transpose()).mul(0.5);
  const upper = new CholeskyDecomposition(symmetric).lowerTriangularMatrix.transpose();
  const rows = Array.from({ length: inputs }, (_, i) => Float64Array.from(upper.getRow(i)));
  const weights = Float64Array.from(original);
  const mask = new Float32Array(original.length);
  let kept = 0;
  for (let first = 0; first < inputs; first += BLOCK) {
    const end = Math.min(inputs, first + BLOCK);
    const cost = new Float64Array((end - first) * filters);
    for (let i = first; i < end; i++) {
      for (let f = 0; f < filters; f++) {
        cost[(i - first) * filters + f] = (weights[i * filters + f] / rows[i][i]) ** 2;
      }
    }
    const keep = keptWeights(end * filters, density) - kept;
    kept += Math.max(0, keep);
    mask.set(highestScores(cost, Math.min(cost.length, Math.max(0, keep))), first * filters);
    for (let i = first; i < end; i++) {
      for (let f = 0; f < filters; f++) {
        const at = i * filters + f;
        if (mask[at] !== 0) continue;
        const share = weights[at] / rows[i][i];
        weights[at] = 0;
        for (let j = i + 1; j < inputs; j++) weights[j * filters + f] -= share * rows[i][j];
      }
    }
  }
  return { mask, weights: Float32Array.from(weights, (weight, at) => weight * mask[at]) };
}
