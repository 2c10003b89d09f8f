import { RandomStream } from '@espalier/random';
import { DIRECTION_NUMBERS } from './sobol-direction-numbers.js';

const BITS = 30;
export const MAX_SOBOL_DIMENSIONS = DIRECTION_NUMBERS.length;

/**
 * Points that cover a cube more evenly than random ones, whatever their number (Sobol 1967; the
 * direction numbers are those of Joe & Kuo 2008). The seed moves all of them by the same digits,
 * which keeps how even they are.
 */
export class SobolSequence {
  readonly #directions: readonly Uint32Array[];
  readonly #shift: readonly number[];

  /** @throws RangeError for more than 256 dimensions */
  constructor(dimensions: number, seed: number) {
    if (dimensions > MAX_SOBOL_DIMENSIONS) {
      throw new RangeError(`sobol is for at most ${MAX_SOBOL_DIMENSIONS} dimensions, and the space has ${dimensions}`);
    }
    const random = new RandomStream(seed, 0);
    this.#directions = DIRECTION_NUMBERS.slice(0, dimensions).map(directionsOf);
    this.#shift = this.#directions.map(() => random.integer(0, 2 ** BITS - 1));
  }

  /** @param number from 0 */
  at(number: number): number[] {
    return sobolPoint(number, this.#directions).map((digits, j) => ((digits ^ this.#shift[j]) + 0.5) / 2 ** BITS);
  }
}

/**
 * The binary digits of a point's coordinates, as whole numbers of 30 bits: those directions are
 * added where its number's Gray code has ones.
 */
export function sobolPoint(number: number, directions: readonly Uint32Array[]): number[] {
  const gray = number ^ (number >>> 1);
  return directions.map((direction) => {
    let digits = 0;
    for (let bit = 0; bit < BITS; bit++) if ((gray >>> bit) & 1) digits ^= direction[bit];
    return digits;
  });
}

/**
 * Direction numbers of one dimension from its primitive polynomial, as a number of binary
 * coefficients, and its first ones (Bratley & Fox 1988).
 */
export function directionsOf([polynomial, ...first]: readonly number[]): Uint32Array {
  const degree = Math.floor(Math.log2(polynomial));
  const m: number[] = degree === 0 ? Array<number>(BITS).fill(1) : first.slice(0, degree);
  for (let i = m.length; i < BITS; i++) {
    let next = m[i - degree] ^ (m[i - degree] * 2 ** degree);
    for (let k = 1; k < degree; k++) {
      if ((polynomial >>> (degree - k)) & 1) next ^= m[i - k] * 2 ** k;
    }
    m.push(next);
  }
  return Uint32Array.from(m, (each, i) => each * 2 ** (BITS - 1 - i));
}
