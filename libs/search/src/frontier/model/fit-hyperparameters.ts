import { cholesky, inverseOf, solveLower, solveUpper } from './cholesky.js';
import { COMMON, matern, maternSlope, sharedEffect, writeEffects, type Hyperparameters } from './kernel.js';

/**
 * Beyond which nothing is gained but trouble with rounding: of targets of variance 1 over a cube of
 * side 1.
 */
const LENGTHS = { low: Math.log(1e-2), high: Math.log(1e2) };
const SIGNALS = { low: Math.log(1e-3), high: Math.log(1e3) };
/** Of the additive and the common variance. */
const ADDITIVES = { low: Math.log(1e-6), high: Math.log(1e3) };
const NOISES = { low: Math.log(1e-7), high: Math.log(10) };
/** Log-normal priors, as mean and standard deviation of the logarithm. */
const SIGNAL_PRIOR = { mean: 0, deviation: 3 };
const ADDITIVE_DEVIATION = 3;
const NOISE_PRIOR = { mean: Math.log(1e-4), deviation: 3 };

/**
 * Where a fit begins, and what its prior draws it to: longer scales in more dimensions, since
 * distances grow with them (Hvarfner et al. 2024).
 */
export function initialHyperparameters(dimensions: number): Hyperparameters {
  return {
    lengthScales: new Float64Array(dimensions).fill(0.5 * Math.sqrt(dimensions)),
    signalVariance: 1,
    // So that what all dimensions do by themselves is about as much.
    additiveVariance: 1 / dimensions,
    commonVariance: 1 / dimensions,
    noiseVariance: 1e-3,
  };
}

export interface Fit {
  readonly hyperparameters: Hyperparameters;
  /** What each target is foretold to be by all others (Rasmussen & Williams 2006, eq. 5.12). */
  readonly leaveOneOut: Float64Array;
}

/**
 * Hyperparameters of a Gaussian process by their marginal likelihood and prior, climbed by Rprop,
 * which needs no step size and does not come to rest on plateaus (Blum & Riedmiller 2013).
 *
 * @param targets of mean about 0 and variance about 1
 * @param isDensity of each dimension, whether it is a density
 * @param start where it begins, for instance the fit to fewer observations
 */
export function fitHyperparameters(
  points: readonly ArrayLike<number>[],
  targets: readonly number[],
  isDensity: readonly boolean[],
  start: Hyperparameters,
  iterations: number,
): Fit {
  const dimensions = start.lengthScales.length;
  const initial = initialHyperparameters(dimensions);
  const theta = Float64Array.from(
    [
      ...start.lengthScales,
      start.signalVariance,
      start.additiveVariance,
      start.commonVariance,
      start.noiseVariance,
    ].map((each) => Math.log(each)),
  );
  const priors = [
    ...Array.from(initial.lengthScales, (scale) => ({ mean: Math.log(scale), deviation: 1 })),
    SIGNAL_PRIOR,
    { mean: Math.log(initial.additiveVariance), deviation: ADDITIVE_DEVIATION },
    { mean: Math.log(initial.commonVariance), deviation: ADDITIVE_DEVIATION },
    NOISE_PRIOR,
  ];
  const bounds = [...Array.from(start.lengthScales, () => LENGTHS), SIGNALS, ADDITIVES, ADDITIVES, NOISES];
  const steps = new Float64Array(theta.length).fill(0.1);
  const before = new Float64Array(theta.length);
  let best: { value: number; theta: Float64Array; leaveOneOut: Float64Array } = {
    value: -Infinity,
    theta: Float64Array.from(theta),
    leaveOneOut: new Float64Array(),
  };
  for (let iteration = 0; ; iteration++) {
    const { value, gradient, leaveOneOut } = logPosterior(points, targets, isDensity, theta, priors);
    if (value > best.value) best = { value, theta: Float64Array.from(theta), leaveOneOut };
    if (iteration === iterations) break;
    for (let j = 0; j < theta.length; j++) {
      const agreement = gradient[j] * before[j];
      if (agreement > 0) steps[j] = Math.min(1, steps[j] * 1.2);
      if (agreement < 0) steps[j] = Math.max(1e-4, steps[j] * 0.5);
      before[j] = agreement < 0 ? 0 : gradient[j];
      const { low, high } = bounds[j];
      theta[j] = Math.min(high, Math.max(low, theta[j] + Math.sign(before[j]) * steps[j]));
    }
  }
  return { hyperparameters: read(best.theta), leaveOneOut: best.leaveOneOut };
}

function read(theta: Float64Array): Hyperparameters {
  const dimensions = theta.length - 4;
  return {
    lengthScales: theta.slice(0, dimensions).map((each) => Math.exp(each)),
    signalVariance: Math.exp(theta[dimensions]),
    additiveVariance: Math.exp(theta[dimensions + 1]),
    commonVariance: Math.exp(theta[dimensions + 2]),
    noiseVariance: Math.exp(theta[dimensions + 3]),
  };
}

/**
 * Log posterior of the logarithms of the hyperparameters, up to a constant, and its gradient
 * (Rasmussen & Williams 2006, eq. 5.9).
 */
export function logPosterior(
  points: readonly ArrayLike<number>[],
  targets: readonly number[],
  isDensity: readonly boolean[],
  theta: Float64Array,
  priors: readonly { mean: number; deviation: number }[],
): { value: number; gradient: Float64Array; leaveOneOut: Float64Array } {
  const n = points.length;
  const { lengthScales, signalVariance, additiveVariance, commonVariance, noiseVariance } = read(theta);
  const dimensions = lengthScales.length;
  const inverseSquares = lengthScales.map((scale) => 1 / (scale * scale));
  const matrix = new Float64Array(n * n);
  const slopes = new Float64Array(n * n);
  const additives = new Float64Array(n * n);
  const commons = new Float64Array(n * n);
  const effects = points.map((point) => {
    const row = new Float64Array(dimensions + COMMON);
    writeEffects(row, 0, point, isDensity);
    return row;
  });
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let squared = 0;
      let shared = 0;
      for (let k = 0; k < dimensions; k++) {
        squared += (points[i][k] - points[j][k]) ** 2 * inverseSquares[k];
        shared += sharedEffect(effects[i][k], effects[j][k]);
      }
      additives[i * n + j] = additiveVariance * shared;
      let common = 0;
      for (let k = dimensions; k < dimensions + COMMON; k++) common += effects[i][k] * effects[j][k];
      commons[i * n + j] = commonVariance * common;
      slopes[i * n + j] = signalVariance * maternSlope(squared);
      matrix[i * n + j] = signalVariance * matern(squared) + additives[i * n + j] + commons[i * n + j];
    }
    matrix[i * n + i] += noiseVariance;
  }
  const { lower } = cholesky(matrix, n);
  const weights = solveUpper(lower, n, solveLower(lower, n, Float64Array.from(targets)));
  const inverse = inverseOf(lower, n);

  let value = 0;
  const leaveOneOut = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    value -= 0.5 * targets[i] * weights[i] + Math.log(lower[i * n + i]);
    leaveOneOut[i] = targets[i] - weights[i] / inverse[i * n + i];
  }
  const gradient = new Float64Array(theta.length);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      // Both triangles, times the half of the formula.
      const pull = weights[i] * weights[j] - inverse[i * n + j];
      const slope = pull * slopes[i * n + j];
      for (let k = 0; k < dimensions; k++)
        gradient[k] += slope * (points[i][k] - points[j][k]) ** 2 * inverseSquares[k];
      gradient[dimensions] += pull * (matrix[i * n + j] - additives[i * n + j] - commons[i * n + j]);
      gradient[dimensions + 1] += pull * additives[i * n + j];
      gradient[dimensions + 2] += pull * commons[i * n + j];
    }
    const pull = 0.5 * (weights[i] * weights[i] - inverse[i * n + i]);
    gradient[dimensions] += pull * signalVariance;
    gradient[dimensions + 1] += pull * additives[i * n + i];
    gradient[dimensions + 2] += pull * commons[i * n + i];
    gradient[dimensions + 3] += pull * noiseVariance;
  }
  priors.forEach(({ mean, deviation }, k) => {
    value -= 0.5 * ((theta[k] - mean) / deviation) ** 2;
    gradient[k] -= (theta[k] - mean) / deviation ** 2;
  });
  return { value, gradient, leaveOneOut };
}
