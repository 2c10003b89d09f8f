/**
 * Penalty on the squared coefficients, of targets of variance 1: it takes hundreds of observations
 * for the mean to follow them closely. One that follows few leaves the process nothing to be unsure
 * of, and errs by many times what is claimed (bench/RESULTS.md, 2026-11-27).
 */
const RIDGE = 100;
const SWEEPS = 60;

/**
 * What is known before anything is learned: the loss never rises with the density of a layer. A sum
 * over layers of rising powers of what is pruned, with coefficients that are not negative, fitted
 * by penalised least squares (coordinate descent); a Gaussian process learns the rest.
 */
export class MonotoneMean {
  private constructor(
    private readonly isDensity: readonly boolean[],
    private readonly intercept: number,
    private readonly coefficients: Float64Array,
  ) {}

  /** @param points each coordinate in [0, 1]; where `isDensity`, 1 is dense */
  static fit(
    points: readonly ArrayLike<number>[],
    targets: readonly number[],
    isDensity: readonly boolean[],
  ): MonotoneMean {
    const rows = points.map((point) => basis(point, isDensity));
    const width = rows[0].length;
    const coefficients = new Float64Array(width);
    const penalty = RIDGE * variance(targets);
    const norms = Float64Array.from({ length: width }, (_, k) => rows.reduce((sum, row) => sum + row[k] ** 2, 0));
    let intercept = Math.min(...targets);
    const residuals = Float64Array.from(targets, (target) => target - intercept);
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      const shift = residuals.reduce((sum, each) => sum + each, 0) / residuals.length;
      intercept += shift;
      for (let i = 0; i < residuals.length; i++) residuals[i] -= shift;
      for (let k = 0; k < width; k++) {
        let pull = 0;
        for (let i = 0; i < rows.length; i++) pull += rows[i][k] * residuals[i];
        const wanted = Math.max(0, (pull + norms[k] * coefficients[k]) / (norms[k] + penalty));
        const change = wanted - coefficients[k];
        if (change === 0) continue;
        coefficients[k] = wanted;
        for (let i = 0; i < rows.length; i++) residuals[i] -= change * rows[i][k];
      }
    }
    return new MonotoneMean(isDensity, intercept, coefficients);
  }

  at(point: ArrayLike<number>): number {
    let mean = this.intercept;
    let k = 0;
    for (let j = 0; j < this.isDensity.length; j++) {
      if (!this.isDensity[j]) continue;
      const pruned = 1 - point[j];
      const squared = pruned * pruned;
      mean += this.coefficients[k++] * pruned;
      mean += this.coefficients[k++] * squared;
      mean += this.coefficients[k++] * squared * squared;
    }
    return mean;
  }
}

function basis(point: ArrayLike<number>, isDensity: readonly boolean[]): Float64Array {
  const pruned = isDensity.flatMap((is, j) => (is ? [1 - point[j]] : []));
  return Float64Array.from(pruned.flatMap((each) => [each, each ** 2, each ** 4]));
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
