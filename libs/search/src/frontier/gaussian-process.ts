import { cholesky, solveLower, solveUpper } from './cholesky.js';

/** Of a Matérn kernel with a length for each dimension, and of the noise: what a Gaussian process is fitted by. */
export interface Hyperparameters {
  /** One for each dimension, in units of the points' coordinates. */
  readonly lengthScales: Float64Array;
  readonly signalVariance: number;
  readonly noiseVariance: number;
}

/** Of the function, without the noise of an observation. */
export interface Prediction {
  readonly mean: number;
  readonly variance: number;
}

/**
 * A Gaussian process of mean 0 with the Matérn 5/2 kernel k(x, x′) = σ² (1 + √5 r + 5 r²/3) e^(−√5 r), r the distance with each
 * dimension in units of its length (Rasmussen & Williams 2006, eq. 4.17).
 */
export class GaussianProcess {
  #n = 0;
  #capacity: number;
  #points: Float64Array;
  #lower: Float64Array;
  readonly #targets: number[] = [];
  #weights: Float64Array | undefined;
  readonly #row: Float64Array;
  readonly #inverseScales: Float64Array;

  /** What was added to the diagonal since rounding had left the matrix not quite positive definite; mostly 0. */
  #jitter = 0;

  private constructor(
    readonly hyperparameters: Hyperparameters,
    readonly dimensions: number,
    capacity: number,
  ) {
    this.#capacity = capacity;
    this.#points = new Float64Array(capacity * dimensions);
    this.#lower = new Float64Array(capacity * capacity);
    this.#row = new Float64Array(capacity);
    this.#inverseScales = hyperparameters.lengthScales.map((scale) => 1 / scale);
  }

  /**
   * @param points of as many dimensions as there are length scales
   * @param room for so many observations more
   * @throws NotPositiveDefiniteError when a point or target is no number
   */
  static of(
    points: readonly ArrayLike<number>[],
    targets: readonly number[],
    hyperparameters: Hyperparameters,
    room = 0,
  ): GaussianProcess {
    const dimensions = hyperparameters.lengthScales.length;
    const n = points.length;
    const process = new GaussianProcess(hyperparameters, dimensions, n + room);
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      process.#points.set(points[i], i * dimensions);
      for (let j = 0; j <= i; j++) matrix[i * n + j] = process.#kernelAt(points[i], j);
      matrix[i * n + i] += hyperparameters.noiseVariance;
    }
    const { lower, jitter } = cholesky(matrix, n);
    process.#jitter = jitter;
    for (let i = 0; i < n; i++) process.#lower.set(lower.subarray(i * n, i * n + i + 1), i * process.#capacity);
    process.#n = n;
    process.#targets.push(...targets);
    return process;
  }

  get jitter(): number {
    return this.#jitter;
  }

  /** Counts one more observation in: one more row of the factor, O(n²). There must be room. */
  observe(point: ArrayLike<number>, target: number): void {
    const n = this.#n;
    if (n === this.#capacity) throw new RangeError(`there is room for ${n} observations`);
    this.#points.set(point, n * this.dimensions);
    this.#readKernel(point);
    const row = this.#solveKernel();
    let pivot = this.hyperparameters.signalVariance + this.hyperparameters.noiseVariance;
    for (let k = 0; k < n; k++) pivot -= row[k] * row[k];
    this.#lower.set(row.subarray(0, n), n * this.#capacity);
    this.#lower[n * this.#capacity + n] = Math.sqrt(Math.max(pivot, 1e-12 * this.hyperparameters.signalVariance));
    this.#targets.push(target);
    this.#n = n + 1;
    this.#weights = undefined;
  }

  mean(point: ArrayLike<number>): number {
    this.#readKernel(point);
    return this.#meanOfKernel();
  }

  predict(point: ArrayLike<number>): Prediction {
    const { signalVariance } = this.hyperparameters;
    this.#readKernel(point);
    const mean = this.#meanOfKernel();
    const row = this.#solveKernel();
    let explained = 0;
    for (let k = 0; k < this.#n; k++) explained += row[k] * row[k];
    return { mean, variance: Math.max(signalVariance - explained, 1e-12 * signalVariance) };
  }

  /** k(X, x), into the scratch row. */
  #readKernel(point: ArrayLike<number>): void {
    for (let i = 0; i < this.#n; i++) this.#row[i] = this.#kernelAt(point, i);
  }

  #meanOfKernel(): number {
    const weights = (this.#weights ??= this.#solveWeights());
    let mean = 0;
    for (let i = 0; i < this.#n; i++) mean += weights[i] * this.#row[i];
    return mean;
  }

  /** L⁻¹ k(X, x), in place of k(X, x). */
  #solveKernel(): Float64Array {
    const n = this.#n;
    const stride = this.#capacity;
    const lower = this.#lower;
    const row = this.#row;
    for (let i = 0; i < n; i++) {
      const at = i * stride;
      // Four sums, none of which waits for another: most of the time that an ask takes is spent here.
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let k = 0;
      for (; k + 3 < i; k += 4) {
        a += lower[at + k] * row[k];
        b += lower[at + k + 1] * row[k + 1];
        c += lower[at + k + 2] * row[k + 2];
        d += lower[at + k + 3] * row[k + 3];
      }
      for (; k < i; k++) a += lower[at + k] * row[k];
      row[i] = (row[i] - (a + b + (c + d))) / lower[at + i];
    }
    return row;
  }

  /** K⁻¹ y. */
  #solveWeights(): Float64Array {
    const n = this.#n;
    const compact = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      compact.set(this.#lower.subarray(i * this.#capacity, i * this.#capacity + i + 1), i * n);
    }
    return solveUpper(compact, n, solveLower(compact, n, Float64Array.from(this.#targets)));
  }

  #kernelAt(point: ArrayLike<number>, index: number): number {
    const scales = this.#inverseScales;
    const points = this.#points;
    const at = index * this.dimensions;
    let squared = 0;
    for (let j = 0; j < scales.length; j++) {
      const distance = (point[j] - points[at + j]) * scales[j];
      squared += distance * distance;
    }
    return this.hyperparameters.signalVariance * matern(squared);
  }
}

const SQRT_5 = Math.sqrt(5);

function matern(squared: number): number {
  const scaled = SQRT_5 * Math.sqrt(squared);
  return (1 + scaled + (5 / 3) * squared) * Math.exp(-scaled);
}
