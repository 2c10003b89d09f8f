/**
 * Of a kernel with a length for each dimension, of what dimensions add each by itself and all
 * alike, and of the noise: what a Gaussian process is fitted by.
 */
export interface Hyperparameters {
  /** One for each dimension, in units of the points' coordinates. */
  readonly lengthScales: Float64Array;
  /** Of what dimensions do together. */
  readonly signalVariance: number;
  /** Of the coefficients of what each does by itself. */
  readonly additiveVariance: number;
  /** Of the coefficients that dimensions have in common. */
  readonly commonVariance: number;
  readonly noiseVariance: number;
}

const SQRT_5 = Math.sqrt(5);

/**
 * Matérn's kernel of smoothness 5/2, (1 + √5 r + 5 r²/3) e^(−√5 r) (Rasmussen & Williams 2006, eq.
 * 4.17).
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

/**
 * What two effects of one dimension have in common: Σ φ(e) φ(e′) over the powers e, e² and e⁴,
 * whose coefficients are independent and alike. Summed over dimensions it is the kernel of a
 * function that is a sum over them (Duvenaud, Nickisch & Rasmussen 2011).
 */
export function sharedEffect(effect: number, other: number): number {
  const product = effect * other;
  const squared = product * product;
  return product + squared + squared * squared;
}

/** How many numbers {@link writeEffects} writes after the effects. */
export const COMMON = 3;

/**
 * How far each coordinate is from where its effect is none: a density from dense, any other from
 * the middle, either way. After them the sums of e, e² and e⁴ over dimensions that may be alike:
 * the densities, or where there are none all. Coefficients that dimensions have in common are those
 * of these sums, so that a layer is foretold from the others before much is known of it by itself.
 *
 * @param row written to, from `from` on
 */
export function writeEffects(
  row: Float64Array,
  from: number,
  point: ArrayLike<number>,
  isDensity: readonly boolean[],
): void {
  const areAllAlike = !isDensity.includes(true);
  let first = 0;
  let second = 0;
  let fourth = 0;
  for (let j = 0; j < isDensity.length; j++) {
    const effect = isDensity[j] ? 1 - point[j] : 2 * point[j] - 1;
    row[from + j] = effect;
    if (!areAllAlike && !isDensity[j]) continue;
    const squared = effect * effect;
    first += effect;
    second += squared;
    fourth += squared * squared;
  }
  const after = from + isDensity.length;
  row[after] = first;
  row[after + 1] = second;
  row[after + 2] = fourth;
}
