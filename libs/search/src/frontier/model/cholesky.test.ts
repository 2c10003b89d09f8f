import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { cholesky, inverseOf, NotPositiveDefiniteError, solveLower, solveUpper } from './cholesky.js';

/** A Aᵀ, which is positive semidefinite. */
function gram(rows: number[][]): Float64Array {
  return Float64Array.from(rows.flatMap((a) => rows.map((b) => a.reduce((sum, x, k) => sum + x * b[k], 0))));
}
const entry = fc.double({ min: -1, max: 1, noNaN: true });
const square = (n: number) => fc.array(fc.array(entry, { minLength: n, maxLength: n }), { minLength: n, maxLength: n });

describe('the Cholesky factor', () => {
  it('multiplied with its transpose is the matrix, and solves with it', () => {
    fc.assert(
      fc.property(square(6), (rows) => {
        const n = 6;
        const matrix = gram(rows);
        for (let i = 0; i < n; i++) matrix[i * n + i] += 0.5;
        const { lower, jitter } = cholesky(matrix, n);
        expect(jitter).toBe(0);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let product = 0;
            for (let k = 0; k < n; k++) product += lower[i * n + k] * lower[j * n + k];
            expect(product).toBeCloseTo(matrix[i * n + j], 10);
          }
        }
        const b = Float64Array.from({ length: n }, (_, i) => i + 1);
        const x = solveUpper(lower, n, solveLower(lower, n, Float64Array.from(b)));
        const inverse = inverseOf(lower, n);
        for (let i = 0; i < n; i++) {
          let there = 0;
          let product = 0;
          for (let k = 0; k < n; k++) {
            there += matrix[i * n + k] * x[k];
            product += inverse[i * n + k] * b[k];
          }
          expect(there).toBeCloseTo(b[i], 8);
          expect(product).toBeCloseTo(x[i], 8);
        }
      }),
    );
  });

  it('of a matrix that is singular is found with a jitter, which is said', () => {
    const { lower, jitter } = cholesky(
      gram([
        [1, 2],
        [1, 2],
        [1, 2],
      ]),
      3,
    );
    expect(jitter).toBeGreaterThan(0);
    expect(lower.every(Number.isFinite)).toBe(true);
  });

  it('is refused for what no jitter mends', () => {
    expect(() => cholesky(Float64Array.from([1, NaN, NaN, 1]), 2)).toThrow(NotPositiveDefiniteError);
    expect(() => cholesky(Float64Array.from([1, 5, 5, 1]), 2)).toThrow(NotPositiveDefiniteError);
  });
});
