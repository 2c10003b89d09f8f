import { cholesky, solveLower, solveUpper } from './cholesky.js';
import { COMMON, matern, sharedEffect, writeEffects, type Hyperparameters } from './kernel.js';
import { LANES, solveColumns } from './solve-columns.js';

/** Of the function, without the noise of an observation. */
export interface Prediction {
  readonly mean: number;
  readonly variance: number;
}

/** Part of what was to be explained that is never explained, but for rounding. */
const LEAST = 1e-12;

/**
 * A Gaussian process of mean 0, of what each dimension does by itself, of what they do alike and of
 * what they do together: k(x, x′) = a Σ s(xⱼ, x′ⱼ) + c S(x)·S(x′) + σ² m(r²), s the shared effects,
 * S the common ones and m the Matérn kernel of the distance r.
 */
export class GaussianProcess {
  #n = 0;
  readonly #capacity: number;
  /** Of a row. */
  readonly #width: number;
  /**
   * Of each observation its coordinates in units of the lengths, its effects, and the common ones.
   */
  readonly #rows: Float64Array;
  readonly #lower: Float64Array;
  readonly #targets: number[] = [];
  #weights: Float64Array | undefined;
  /** A column for each of the points that are foretold at once. */
  readonly #columns: Float64Array;
  /** A row for each of them. */
  readonly #asked: readonly Float64Array[];

  /**
   * What was added to the diagonal since rounding had left the matrix not quite positive definite;
   * mostly 0.
   */
  #jitter = 0;

  private constructor(
    readonly hyperparameters: Hyperparameters,
    private readonly isDensity: readonly boolean[],
    capacity: number,
  ) {
    this.#capacity = capacity;
    this.#width = 2 * isDensity.length + COMMON;
    this.#rows = new Float64Array(capacity * this.#width);
    // One row more than is used: rows are read in pairs.
    this.#lower = new Float64Array((capacity + 1) * capacity);
    this.#columns = new Float64Array(capacity * LANES);
    this.#asked = Array.from({ length: LANES }, () => new Float64Array(this.#width));
  }

  /**
   * @param points of as many dimensions as there are length scales
   * @param isDensity of each dimension, whether it is a density
   * @param room for so many observations more
   * @throws NotPositiveDefiniteError when a point or target is no number
   */
  static of(
    points: readonly ArrayLike<number>[],
    targets: readonly number[],
    hyperparameters: Hyperparameters,
    isDensity: readonly boolean[],
    room = 0,
  ): GaussianProcess {
    const n = points.length;
    const process = new GaussianProcess(hyperparameters, isDensity, n + room);
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      const row = process.#addRow(points[i], i);
      for (let j = 0; j <= i; j++) matrix[i * n + j] = process.#kernelAt(row, j);
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
    this.#addRow(point, n);
    const [variance] = this.#readKernel([point]);
    solveColumns(this.#lower, this.#capacity, this.#n, this.#columns);
    const row = n * this.#capacity;
    let pivot = variance + this.hyperparameters.noiseVariance;
    for (let k = 0; k < n; k++) {
      const x = this.#columns[k * LANES];
      this.#lower[row + k] = x;
      pivot -= x * x;
    }
    this.#lower[row + n] = Math.sqrt(Math.max(pivot, LEAST * variance));
    this.#targets.push(target);
    this.#n = n + 1;
    this.#weights = undefined;
  }

  /**
   * The mean at each observation: y − σₙ² K⁻¹ y, K with the noise (Rasmussen & Williams 2006, eq.
   * 2.36).
   */
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
    const variances = this.#readKernel(points);
    const means = points.map((_, lane) => this.#meanOfKernel(lane));
    solveColumns(this.#lower, this.#capacity, this.#n, this.#columns);
    return means.map((mean, lane) => {
      let explained = 0;
      for (let k = 0; k < this.#n; k++) explained += this.#columns[k * LANES + lane] ** 2;
      return { mean, variance: Math.max(variances[lane] - explained, LEAST * variances[lane]) };
    });
  }

  /**
   * k(X, x) of each of at most four points, into its column: each observation is read once for all
   * of them. @returns k(x, x) of each
   */
  #readKernel(points: readonly ArrayLike<number>[]): number[] {
    points.forEach((point, lane) => this.#writeRow(point, this.#asked[lane]));
    // Lanes without a point are read as well, and mean nothing.
    const [a, b, c, d] = this.#asked;
    const { signalVariance, additiveVariance, commonVariance } = this.hyperparameters;
    const observed = this.#rows;
    const columns = this.#columns;
    const dimensions = this.isDensity.length;
    for (let i = 0; i < this.#n; i++) {
      const from = i * a.length;
      let squaredA = 0;
      let squaredB = 0;
      let squaredC = 0;
      let squaredD = 0;
      let sharedA = 0;
      let sharedB = 0;
      let sharedC = 0;
      let sharedD = 0;
      for (let j = 0, k = dimensions; j < dimensions; j++, k++) {
        const x = observed[from + j];
        const effect = observed[from + k];
        squaredA += (a[j] - x) * (a[j] - x);
        squaredB += (b[j] - x) * (b[j] - x);
        squaredC += (c[j] - x) * (c[j] - x);
        squaredD += (d[j] - x) * (d[j] - x);
        sharedA += sharedEffect(a[k], effect);
        sharedB += sharedEffect(b[k], effect);
        sharedC += sharedEffect(c[k], effect);
        sharedD += sharedEffect(d[k], effect);
      }
      let commonA = 0;
      let commonB = 0;
      let commonC = 0;
      let commonD = 0;
      for (let k = 2 * dimensions; k < a.length; k++) {
        const x = observed[from + k];
        commonA += a[k] * x;
        commonB += b[k] * x;
        commonC += c[k] * x;
        commonD += d[k] * x;
      }
      const at = i * LANES;
      columns[at] = signalVariance * matern(squaredA) + additiveVariance * sharedA + commonVariance * commonA;
      columns[at + 1] = signalVariance * matern(squaredB) + additiveVariance * sharedB + commonVariance * commonB;
      columns[at + 2] = signalVariance * matern(squaredC) + additiveVariance * sharedC + commonVariance * commonC;
      columns[at + 3] = signalVariance * matern(squaredD) + additiveVariance * sharedD + commonVariance * commonD;
    }
    return points.map((_, lane) => this.#kernel(this.#asked[lane], this.#asked[lane], 0));
  }

  #meanOfKernel(lane: number): number {
    const weights = (this.#weights ??= this.#solveWeights());
    let mean = 0;
    for (let i = 0; i < this.#n; i++) mean += weights[i] * this.#columns[i * LANES + lane];
    return mean;
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

  #addRow(point: ArrayLike<number>, index: number): Float64Array {
    const row = this.#rows.subarray(index * this.#width, (index + 1) * this.#width);
    this.#writeRow(point, row);
    return row;
  }

  #writeRow(point: ArrayLike<number>, row: Float64Array): void {
    const { lengthScales } = this.hyperparameters;
    const dimensions = lengthScales.length;
    for (let j = 0; j < dimensions; j++) {
      row[j] = point[j] / lengthScales[j];
    }
    writeEffects(row, dimensions, point, this.isDensity);
  }

  #kernelAt(row: Float64Array, index: number): number {
    return this.#kernel(row, this.#rows, index * row.length);
  }

  /** @param at where the other's row begins */
  #kernel(row: Float64Array, others: Float64Array, at: number): number {
    const dimensions = this.isDensity.length;
    let squared = 0;
    let shared = 0;
    for (let j = 0; j < dimensions; j++) {
      const distance = row[j] - others[at + j];
      squared += distance * distance;
      shared += sharedEffect(row[dimensions + j], others[at + dimensions + j]);
    }
    let common = 0;
    for (let k = 2 * dimensions; k < row.length; k++) common += row[k] * others[at + k];
    const { signalVariance, additiveVariance, commonVariance } = this.hyperparameters;
    return signalVariance * matern(squared) + additiveVariance * shared + commonVariance * common;
  }
}
