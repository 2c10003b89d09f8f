/** Of a kernel with a length for each dimension, of what dimensions add each by itself, and of the noise: what a Gaussian process is fitted by. */
export interface Hyperparameters {
  /** One for each dimension, in units of the points' coordinates. */
  readonly lengthScales: Float64Array;
  /** Of what dimensions do together. */
  readonly signalVariance: number;
  /** Of the coefficients of what each does by itself. */
  readonly additiveVariance: number;
  readonly noiseVariance: number;
}

const SQRT_5 = Math.sqrt(5);

/**
 * Matérn's kernel of smoothness 5/2, (1 + √5 r + 5 r²/3) e^(−√5 r) (Rasmussen & Williams 2006, eq. 4.17).
 *
 * @param squared r², the squared distance with each dimension in units of its length
 */
export function matern(squared: number): number {
  const scaled = SQRT_5 * Math.sqrt(squared);
  return (1 + scaled + (5 / 3) * squared) * Math.exp(-scaled);
}

/** Its slope along the logarithm of a length, but for that dimension's part of r². */
export function maternSlope(squared: number): number {
  const scaled = SQRT_5 * Math.sqrt(squared);
  return (5 / 3) * (1 + scaled) * Math.exp(-scaled);
}

/** How far a coordinate is from where its effect is none: a density from dense, any other from the middle, either way. */
export function effectOf(x: number, isDensity: boolean): number {
  return isDensity ? 1 - x : 2 * x - 1;
}

/**
 * What two effects of one dimension have in common: Σ φ(e) φ(e′) over the powers e, e² and e⁴, whose coefficients are independent and alike.
 * Summed over dimensions it is the kernel of a function that is a sum over them (Duvenaud, Nickisch & Rasmussen 2011).
 */
export function sharedEffect(effect: number, other: number): number {
  const product = effect * other;
  const squared = product * product;
  return product + squared + squared * squared;
}
