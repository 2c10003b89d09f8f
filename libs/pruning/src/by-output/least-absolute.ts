import {
  ridgeOf,
  solveInJavaScript,
  type LeastSquares,
  type LinearSystem,
  type Samples,
  type SolveSystems,
} from './least-squares.js';

const ITERATIONS = 10;
/** Of the mean absolute residual: a row counts no more than one that is this close. */
const CLOSEST = 1e-3;

/**
 * Moves weights on a support towards min ‖Ŷ − X A‖₁ over samples, filter by filter: least squares
 * again and again, each row weighted by 1/|its residual| (Schlossmacher 1973). Each filter keeps
 * its best iterate, so that none ends worse than it began.
 *
 * @param mask 1 on the support
 * @param start A, inputs × filters, row-major: the solution for p = 2
 */
export async function repairAbsolute(
  problem: LeastSquares,
  samples: Samples,
  mask: Float32Array,
  start: Float32Array,
  solve: SolveSystems = solveInJavaScript,
): Promise<Float32Array> {
  const { filters } = problem;
  const repaired = start.slice();
  for (let from = 0; from < filters; from += FILTERS_AT_ONCE) {
    const fits: FilterFit[] = [];
    for (let filter = from; filter < Math.min(filters, from + FILTERS_AT_ONCE); filter++) {
      const fit = new FilterFit(problem, samples, mask, start, filter);
      if (fit.support.length > 0) fits.push(fit);
    }
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      const solutions = await solve(fits.map((fit) => fit.weightedSystem()));
      fits.forEach((fit, n) => fit.move(solutions[n]));
    }
    for (const { filter, support, best } of fits) support.forEach((i, n) => (repaired[i * filters + filter] = best[n]));
  }
  return repaired;
}

/** Their samples and systems are held together. */
const FILTERS_AT_ONCE = 32;

/** One filter's part: y ≈ X_S a over the samples. */
class FilterFit {
  readonly support: readonly number[];
  best: Float64Array;
  /** rows × support */
  readonly #inputs: Float64Array;
  readonly #targets: Float64Array;
  readonly #start: Float64Array;
  readonly #ridge: number;
  #residuals: Float64Array;
  #least: number;

  constructor(
    problem: LeastSquares,
    samples: Samples,
    mask: Float32Array,
    start: Float32Array,
    readonly filter: number,
  ) {
    const { inputs, filters } = problem;
    const support: number[] = [];
    for (let i = 0; i < inputs; i++) if (mask[i * filters + filter] !== 0) support.push(i);
    this.support = support;
    const rows = samples.targets.length / filters;
    this.#inputs = Float64Array.from(
      { length: rows * support.length },
      (_, at) => samples.inputs[Math.floor(at / support.length) * inputs + support[at % support.length]],
    );
    this.#targets = Float64Array.from({ length: rows }, (_, row) => samples.targets[row * filters + filter]);
    this.#start = Float64Array.from(support, (i) => start[i * filters + filter]);
    this.#ridge = ridgeOf(problem);
    this.best = this.#start;
    this.#residuals = this.#residualsOf(this.#start);
    this.#least = absoluteSum(this.#residuals);
  }

  /** (XᵀUX + λI) a = XᵀUy + λ a⁰, with U = diag(m / max(|r|, εm)) and m the mean of |r|. */
  weightedSystem(): LinearSystem {
    const size = this.support.length;
    const mean = absoluteSum(this.#residuals) / this.#residuals.length || 1;
    const matrix = new Float64Array(size * size);
    const right = new Float64Array(size);
    for (let row = 0; row < this.#targets.length; row++) {
      const x = this.#inputs.subarray(row * size, (row + 1) * size);
      const weight = mean / Math.max(Math.abs(this.#residuals[row]), CLOSEST * mean);
      for (let i = 0; i < size; i++) {
        const scaled = weight * x[i];
        if (scaled === 0) continue;
        right[i] += scaled * this.#targets[row];
        for (let j = 0; j <= i; j++) matrix[i * size + j] += scaled * x[j];
      }
    }
    for (let i = 0; i < size; i++) {
      matrix[i * size + i] += this.#ridge;
      right[i] += this.#ridge * this.#start[i];
    }
    return { matrix, right };
  }

  /** A system that rounding has made indefinite has no solution: the filter stays where it is. */
  move(solution: Float64Array | null): void {
    if (!solution) return;
    this.#residuals = this.#residualsOf(solution);
    const sum = absoluteSum(this.#residuals);
    if (sum >= this.#least) return;
    this.#least = sum;
    this.best = solution;
  }

  #residualsOf(weights: Float64Array): Float64Array {
    const size = this.support.length;
    return this.#targets.map((target, row) => {
      let given = 0;
      for (let i = 0; i < size; i++) given += this.#inputs[row * size + i] * weights[i];
      return target - given;
    });
  }
}

const absoluteSum = (values: Float64Array): number => values.reduce((sum, value) => sum + Math.abs(value), 0);
