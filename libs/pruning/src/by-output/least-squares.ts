import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/**
 * Statistics of a layer for least-squares pruning: with X the inputs (samples × weights of one
 * filter) and Ŷ the outputs to reproduce (samples × filters), G = XᵀX and B = XᵀŶ, both row-major.
 */
export interface LeastSquares {
  readonly gram: Float64Array;
  readonly correlation: Float64Array;
  /** Weights of one filter. */
  readonly inputs: number;
  readonly filters: number;
  readonly samples?: Samples;
}

/**
 * Rows of X with what they should give, drawn evenly over the data: what least absolute deviations
 * need beyond the Gram.
 */
export interface Samples {
  /** rows × inputs, row-major */
  readonly inputs: Float32Array;
  /** rows × filters, row-major */
  readonly targets: Float32Array;
}

/**
 * A symmetric positive definite system A x = b, row-major. Of A what lies above the diagonal is not
 * read.
 */
export interface LinearSystem {
  readonly matrix: Float64Array;
  readonly right: Float64Array;
}

/**
 * Solves many systems of any sizes. Null for a system that rounding has made indefinite.
 *
 * libs/training has one that runs in TensorFlow, for large systems.
 */
export type SolveSystems = (systems: readonly LinearSystem[]) => Promise<readonly (Float64Array | null)[]>;

export const solveInJavaScript: SolveSystems = (systems) =>
  Promise.resolve(
    systems.map(({ matrix, right }) => {
      const size = right.length;
      const left = new Matrix(size, size);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j <= i; j++) {
          left.set(i, j, matrix[i * size + j]);
          left.set(j, i, matrix[i * size + j]);
        }
      }
      const factor = new CholeskyDecomposition(left);
      return factor.isPositiveDefinite()
        ? Float64Array.from(factor.solve(Matrix.columnVector(right)).to1DArray())
        : null;
    }),
  );

/**
 * The Gram's diagonal is raised by this much of its mean, so that inputs which never vary do not
 * make it singular.
 */
const RIDGE = 1e-4;

/** λ of a problem: see RIDGE. */
export function ridgeOf({ gram, inputs }: LeastSquares): number {
  let trace = 0;
  for (let i = 0; i < inputs; i++) trace += gram[i * inputs + i];
  return Math.max((RIDGE * trace) / inputs, Number.MIN_VALUE);
}

/**
 * C = B − G A, kept up to date while weights are put back: how the output's error still correlates
 * with each weight.
 */
export class ResidualCorrelation {
  /** Filter by filter, so that putting a weight back runs along one row of the Gram matrix. */
  readonly #byFilter: Float64Array;

  /** @param weights A, inputs × filters, row-major */
  constructor(
    private readonly problem: LeastSquares,
    weights: ArrayLike<number>,
  ) {
    const { correlation, inputs, filters } = problem;
    this.#byFilter = new Float64Array(inputs * filters);
    for (let i = 0; i < inputs; i++) {
      for (let f = 0; f < filters; f++) this.#byFilter[f * inputs + i] = correlation[i * filters + f];
    }
    for (let f = 0; f < filters; f++) {
      for (let j = 0; j < inputs; j++) this.add(j, f, weights[j * filters + f]);
    }
  }

  /** The weight of input j to filter f grows by `change`. */
  add(j: number, f: number, change: number): void {
    if (change === 0) return;
    const { gram, inputs } = this.problem;
    const column = this.#byFilter.subarray(f * inputs, (f + 1) * inputs);
    const row = gram.subarray(j * inputs, (j + 1) * inputs);
    for (let i = 0; i < inputs; i++) column[i] -= change * row[i];
  }

  at(i: number, f: number): number {
    return this.#byFilter[f * this.problem.inputs + i];
  }
}

/**
 * ‖Ŷ − X A‖² up to the constant ‖Ŷ‖²: AᵀG A − 2 AᵀB, summed over filters. The less, the better the
 * output is reproduced.
 *
 * @param weights A, inputs × filters, row-major
 */
export function reproductionError(problem: LeastSquares, weights: ArrayLike<number>): number {
  const { inputs, filters, correlation } = problem;
  const residual = new ResidualCorrelation(problem, weights);
  let error = 0;
  for (let i = 0; i < inputs; i++) {
    for (let f = 0; f < filters; f++) {
      const at = i * filters + f;
      error -= weights[at] * (residual.at(i, f) + correlation[at]);
    }
  }
  return error;
}

/**
 * How often a system that is not positive definite is tried with a larger ridge, and how much
 * larger.
 */
const RIDGES = 3;
const RIDGE_STEP = 100;
/** Maximum of numbers in a batch of systems. */
const GATHERED = 2 ** 24;

/**
 * The best weights on a given support, filter by filter: A_S = (G_SS + λI)⁻¹ (B_S + λ A⁰_S). The
 * ridge pulls towards the weights as they were, so that what the data do not determine stays.
 *
 * @param mask 1 on the support
 * @param original A⁰
 */
export async function repair(
  problem: LeastSquares,
  mask: Float32Array,
  original: Float32Array,
  solve: SolveSystems = solveInJavaScript,
): Promise<Float32Array> {
  const { gram, correlation, inputs, filters } = problem;
  const repaired = new Float32Array(original.length);
  const systemOf = (filter: number, support: readonly number[], ridge: number): LinearSystem => {
    const size = support.length;
    const matrix = new Float64Array(size * size);
    const right = new Float64Array(size);
    for (let row = 0; row < size; row++) {
      const i = support[row];
      for (let column = 0; column <= row; column++) matrix[row * size + column] = gram[i * inputs + support[column]];
      matrix[row * size + row] += ridge;
      right[row] = correlation[i * filters + filter] + ridge * original[i * filters + filter];
    }
    return { matrix, right };
  };
  const settle = async (open: readonly { filter: number; support: readonly number[] }[]): Promise<void> => {
    let ridge = ridgeOf(problem);
    let left = open;
    for (let tries = 0; tries < RIDGES && left.length > 0; tries++, ridge *= RIDGE_STEP) {
      const solutions = await solve(left.map(({ filter, support }) => systemOf(filter, support, ridge)));
      left = left.filter(({ filter, support }, n) => {
        const solution = solutions[n];
        if (solution) support.forEach((i, row) => (repaired[i * filters + filter] = solution[row]));
        return !solution;
      });
    }
    // A Gram that rounding has made indefinite: the weights as they were are a safe answer.
    for (const { filter, support } of left) {
      for (const i of support) repaired[i * filters + filter] = original[i * filters + filter];
    }
  };
  let solving: Promise<void> = Promise.resolve();
  let pending: { filter: number; support: readonly number[] }[] = [];
  let gathered = 0;
  // While one batch is solved, the next is collected; at most these two are held.
  const solvePending = async (): Promise<void> => {
    const next = settle(pending);
    pending = [];
    gathered = 0;
    // When this batch fails during the wait for the one before, the error is thrown at its own
    // wait.
    next.catch(() => undefined);
    await solving;
    solving = next;
  };
  for (let filter = 0; filter < filters; filter++) {
    const support: number[] = [];
    for (let i = 0; i < inputs; i++) if (mask[i * filters + filter] !== 0) support.push(i);
    if (support.length === 0) continue;
    pending.push({ filter, support });
    gathered += support.length ** 2;
    if (gathered > GATHERED) await solvePending();
  }
  await solvePending();
  await solving;
  return repaired;
}
