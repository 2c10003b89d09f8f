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

/** Points that are foretold at once: with four sums none waits for another, and each element of the factor is read once for all of them. */
const LANES = 4;

/**
 * A Gaussian process of mean 0 with the Matérn 5/2 kernel k(x, x′) = σ² (1 + √5 r + 5 r²/3) e^(−√5 r), r the distance with each
 * dimension in units of its length (Rasmussen & Williams 2006, eq. 4.17).
 */
export class GaussianProcess {
  #n = 0;
  readonly #capacity: number;
  readonly #scaledPoints: Float64Array;
  readonly #lower: Float64Array;
  readonly #targets: number[] = [];
  #weights: Float64Array | undefined;
  /** A column for each of the points that are foretold at once. */
  readonly #columns: Float64Array;

  /** What was added to the diagonal since rounding had left the matrix not quite positive definite; mostly 0. */
  #jitter = 0;

  private constructor(
    readonly hyperparameters: Hyperparameters,
    readonly dimensions: number,
    capacity: number,
  ) {
    this.#capacity = capacity;
    this.#scaledPoints = new Float64Array(capacity * dimensions);
    // One row more than is used: rows are read in pairs.
    this.#lower = new Float64Array((capacity + 1) * capacity);
    this.#columns = new Float64Array(capacity * LANES);
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
      const scaled = process.#scaled(points[i]);
      process.#scaledPoints.set(scaled, i * dimensions);
      for (let j = 0; j <= i; j++) matrix[i * n + j] = process.#kernelAt(scaled, j);
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
    this.#scaledPoints.set(this.#scaled(point), n * this.dimensions);
    this.#readKernel([point]);
    this.#solveKernel();
    const row = n * this.#capacity;
    let pivot = this.hyperparameters.signalVariance + this.hyperparameters.noiseVariance;
    for (let k = 0; k < n; k++) {
      const x = this.#columns[k * LANES];
      this.#lower[row + k] = x;
      pivot -= x * x;
    }
    this.#lower[row + n] = Math.sqrt(Math.max(pivot, 1e-12 * this.hyperparameters.signalVariance));
    this.#targets.push(target);
    this.#n = n + 1;
    this.#weights = undefined;
  }

  /** The mean at each observation: y − σₙ² K⁻¹ y, K with the noise (Rasmussen & Williams 2006, eq. 2.36). */
  smoothed(): number[] {
    const weights = (this.#weights ??= this.#solveWeights());
    return this.#targets.map((target, i) => target - this.hyperparameters.noiseVariance * weights[i]);
  }

  mean(point: ArrayLike<number>): number {
    this.#readKernel([point]);
    return this.#meanOfKernel(0);
  }

  /** Of each point, what it would be without the others. */
  predict(points: readonly ArrayLike<number>[]): Prediction[] {
    const predictions: Prediction[] = [];
    for (let from = 0; from < points.length; from += LANES) {
      predictions.push(...this.#predictTogether(points.slice(from, from + LANES)));
    }
    return predictions;
  }

  #predictTogether(points: readonly ArrayLike<number>[]): Prediction[] {
    const { signalVariance } = this.hyperparameters;
    this.#readKernel(points);
    const means = points.map((_, lane) => this.#meanOfKernel(lane));
    this.#solveKernel();
    return means.map((mean, lane) => {
      let explained = 0;
      for (let k = 0; k < this.#n; k++) explained += this.#columns[k * LANES + lane] ** 2;
      return { mean, variance: Math.max(signalVariance - explained, 1e-12 * signalVariance) };
    });
  }

  /** k(X, x) of each of at most four points, into its column. */
  #readKernel(points: readonly ArrayLike<number>[]): void {
    this.#columns.fill(0);
    points.forEach((point, lane) => {
      const scaled = this.#scaled(point);
      for (let i = 0; i < this.#n; i++) this.#columns[i * LANES + lane] = this.#kernelAt(scaled, i);
    });
  }

  #meanOfKernel(lane: number): number {
    const weights = (this.#weights ??= this.#solveWeights());
    let mean = 0;
    for (let i = 0; i < this.#n; i++) mean += weights[i] * this.#columns[i * LANES + lane];
    return mean;
  }

  /**
   * L⁻¹ k(X, x), in place of k(X, x): most of the time that an ask takes is spent here. Two rows at once, so that each element of the
   * columns is read once for both.
   */
  #solveKernel(): void {
    const lower = this.#lower;
    const columns = this.#columns;
    for (let i = 0; i < this.#n; i += 2) {
      const row = i * this.#capacity;
      const next = row + this.#capacity;
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let e = 0;
      let f = 0;
      let g = 0;
      let h = 0;
      for (let k = 0, at = 0; k < i; k++, at += LANES) {
        const x = lower[row + k];
        const y = lower[next + k];
        const p = columns[at];
        const q = columns[at + 1];
        const r = columns[at + 2];
        const s = columns[at + 3];
        a += x * p;
        b += x * q;
        c += x * r;
        d += x * s;
        e += y * p;
        f += y * q;
        g += y * r;
        h += y * s;
      }
      this.#finishRow(i, a, b, c, d);
      if (i + 1 === this.#n) return;
      const x = lower[next + i];
      const at = i * LANES;
      e += x * columns[at];
      f += x * columns[at + 1];
      g += x * columns[at + 2];
      h += x * columns[at + 3];
      this.#finishRow(i + 1, e, f, g, h);
    }
  }

  #finishRow(i: number, a: number, b: number, c: number, d: number): void {
    const columns = this.#columns;
    const pivot = this.#lower[i * this.#capacity + i];
    const at = i * LANES;
    columns[at] = (columns[at] - a) / pivot;
    columns[at + 1] = (columns[at + 1] - b) / pivot;
    columns[at + 2] = (columns[at + 2] - c) / pivot;
    columns[at + 3] = (columns[at + 3] - d) / pivot;
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

  /** In units of the lengths. */
  #scaled(point: ArrayLike<number>): Float64Array {
    return this.hyperparameters.lengthScales.map((scale, j) => point[j] / scale);
  }

  #kernelAt(scaled: Float64Array, index: number): number {
    const points = this.#scaledPoints;
    let squared = 0;
    for (let j = 0, at = index * scaled.length; j < scaled.length; j++, at++) {
      const distance = scaled[j] - points[at];
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
