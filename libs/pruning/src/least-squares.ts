import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/**
 * What least-squares pruning knows of a layer over data: with X the inputs (samples × weights of one filter) and Ŷ the
 * outputs to reproduce (samples × filters), G = XᵀX and B = XᵀŶ, both row-major.
 */
export interface LeastSquares {
  readonly gram: Float64Array;
  readonly correlation: Float64Array;
  /** Weights of one filter. */
  readonly inputs: number;
  readonly filters: number;
}

/** The Gram's diagonal is raised by this much of its mean, so that inputs which never vary do not make it singular. */
const RIDGE = 1e-4;

/** C = B − G A: how the output's error still correlates with each weight; inputs × filters, row-major. */
export function residualCorrelation(
  { gram, correlation, inputs, filters }: LeastSquares,
  weights: Float64Array,
): Float64Array {
  const residual = Float64Array.from(correlation);
  for (let j = 0; j < inputs; j++) {
    for (let f = 0; f < filters; f++) {
      const weight = weights[j * filters + f];
      if (weight === 0) continue;
      for (let i = 0; i < inputs; i++) residual[i * filters + f] -= gram[i * inputs + j] * weight;
    }
  }
  return residual;
}

/**
 * ‖Ŷ − X A‖² up to the constant ‖Ŷ‖²: AᵀG A − 2 AᵀB, summed over filters. The less, the better the output is reproduced.
 */
export function reproductionError(problem: LeastSquares, weights: Float64Array): number {
  const residual = residualCorrelation(problem, weights);
  let error = 0;
  for (let i = 0; i < weights.length; i++) error -= weights[i] * (residual[i] + problem.correlation[i]);
  return error;
}

/**
 * The best weights on a given support, filter by filter: A_S = (G_SS + λI)⁻¹ (B_S + λ A⁰_S). The ridge pulls towards the
 * weights as they were, so that what the data do not determine stays.
 *
 * @param mask 1 on the support
 * @param original A⁰
 */
export function repair(problem: LeastSquares, mask: Float32Array, original: Float32Array): Float32Array {
  const { gram, correlation, inputs, filters } = problem;
  let trace = 0;
  for (let i = 0; i < inputs; i++) trace += gram[i * inputs + i];
  const ridge = Math.max((RIDGE * trace) / inputs, Number.MIN_VALUE);

  const repaired = new Float32Array(original.length);
  for (let f = 0; f < filters; f++) {
    const support: number[] = [];
    for (let i = 0; i < inputs; i++) if (mask[i * filters + f] !== 0) support.push(i);
    if (support.length === 0) continue;
    const left = new Matrix(support.length, support.length);
    const right = new Matrix(support.length, 1);
    support.forEach((i, row) => {
      support.forEach((j, column) => left.set(row, column, gram[i * inputs + j]));
      left.set(row, row, left.get(row, row) + ridge);
      right.set(row, 0, correlation[i * filters + f] + ridge * original[i * filters + f]);
    });
    const factor = new CholeskyDecomposition(left);
    // A Gram that rounding has made indefinite: the weights as they were are a safe answer.
    const solution = factor.isPositiveDefinite() ? factor.solve(right) : null;
    support.forEach((i, row) => {
      const at = i * filters + f;
      repaired[at] = solution ? solution.get(row, 0) : original[at];
    });
  }
  return repaired;
}
