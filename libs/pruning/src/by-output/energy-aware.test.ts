import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { pruneEnergyAware, restoreByOutputError } from './energy-aware.js';
import { highestScores, keptWeights } from '../highest-scores.js';
import { repair, reproductionError, ResidualCorrelation, type LeastSquares } from './least-squares.js';

/**
 * G = XᵀX and B = XᵀXA for inputs X (rows) and the dense weights A: the output to reproduce is the
 * layer's own.
 */
function statistics(rows: number[][], weights: Float32Array, filters: number): LeastSquares {
  const inputs = rows[0].length;
  const gram = new Float64Array(inputs * inputs);
  for (const row of rows)
    for (let i = 0; i < inputs; i++) for (let j = 0; j < inputs; j++) gram[i * inputs + j] += row[i] * row[j];
  const correlation = new Float64Array(inputs * filters);
  for (let i = 0; i < inputs; i++) {
    for (let f = 0; f < filters; f++)
      for (let j = 0; j < inputs; j++) correlation[i * filters + f] += gram[i * inputs + j] * weights[j * filters + f];
  }
  return { gram, correlation, inputs, filters };
}
const error = (problem: LeastSquares, weights: Float32Array): number =>
  reproductionError(problem, Float64Array.from(weights));

describe('magnitude pruning', () => {
  it('keeps the largest weights by absolute value', () => {
    expect(highestScores(Float32Array.of(0.1, -3, 2, -0.5).map(Math.abs), 2)).toEqual(Float32Array.of(0, 1, 1, 0));
  });

  it('keeps at least one weight of a layer', () => {
    expect(keptWeights(1000, 0)).toBe(1);
    expect(keptWeights(1000, 0.25)).toBe(250);
  });
});

describe('restoring by output error', () => {
  it('prefers a small weight on a strong input to a large one on a weak input', () => {
    const weights = Float32Array.of(1, 0.5);
    const problem = statistics(
      [
        [0.1, 4],
        [0.1, -4],
      ],
      weights,
      1,
    );
    const mask = new Float32Array(2);
    restoreByOutputError(problem, weights, mask, 1);
    // Gains by hand: 1² · 0.02 against 0.5² · 32.
    expect(mask).toEqual(Float32Array.of(0, 1));
  });

  it('leaves out two connections that cancel each other over the data', async () => {
    // The first two inputs are always equal and their weights opposite: together they do nothing.
    const weights = Float32Array.of(2, -2, 0.3);
    const problem = statistics(
      [
        [1, 1, 1],
        [3, 3, -1],
        [-2, -2, 1],
      ],
      weights,
      1,
    );
    const { mask } = await pruneEnergyAware(problem, weights, 1 / 3, undefined, { overshoot: 1, rounds: 1 });
    expect(mask).toEqual(Float32Array.of(0, 0, 1));
  });
});

describe('repair', () => {
  it('gives a removed weight to the input that varies with it', async () => {
    // The second input is twice the first: dropping it, the first must take 1 + 2 · 1 = 3.
    const weights = Float32Array.of(1, 1);
    const problem = statistics(
      [
        [1, 2],
        [2, 4],
        [-1, -2],
      ],
      weights,
      1,
    );
    const repaired = await repair(problem, Float32Array.of(1, 0), weights);
    expect(repaired[0]).toBeCloseTo(3, 2);
    expect(repaired[1]).toBe(0);
  });

  it('leaves the residual uncorrelated with what is kept (the normal equations), up to the ridge', async () => {
    const weights = Float32Array.of(1, -2, 0.5, 3);
    const problem = statistics(
      [
        [1, 0.5, 2, 0],
        [0, 1, -1, 1],
        [2, 1, 0, 1],
        [1, 1, 1, 3],
        [0, 2, 1, -1],
      ],
      weights,
      1,
    );
    const repaired = await repair(problem, Float32Array.of(1, 1, 0, 1), weights);
    const residual = new ResidualCorrelation(problem, repaired);
    for (const i of [0, 1, 3]) expect(Math.abs(residual.at(i, 0))).toBeLessThan(0.01);
  });
});

const value = fc.double({ min: -2, max: 2, noNaN: true }).map((x) => Math.round(x * 100) / 100);
const layers = fc
  .record({ inputs: fc.integer({ min: 2, max: 6 }), filters: fc.integer({ min: 1, max: 3 }) })
  .chain(({ inputs, filters }) =>
    fc.record({
      filters: fc.constant(filters),
      weights: fc
        .array(value, { minLength: inputs * filters, maxLength: inputs * filters })
        .map((w) => Float32Array.from(w)),
      rows: fc.array(fc.array(value, { minLength: inputs, maxLength: inputs }), { minLength: 4, maxLength: 10 }),
      density: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    }),
  );

describe('energy-aware pruning of any layer', () => {
  it('keeps as many weights as the density says, all others exactly 0, and never NaN', () => {
    return fc.assert(
      fc.asyncProperty(layers, async ({ weights, filters, rows, density }) => {
        const { mask, weights: pruned } = await pruneEnergyAware(statistics(rows, weights, filters), weights, density);
        expect(mask.reduce((sum, each) => sum + each, 0)).toBe(keptWeights(weights.length, density));
        pruned.forEach((weight, i) => {
          expect(Number.isFinite(weight)).toBe(true);
          if (mask[i] === 0) expect(weight).toBe(0);
        });
      }),
    );
  });

  it('reproduces the output no worse after repair than before', () => {
    return fc.assert(
      fc.asyncProperty(layers, async ({ weights, filters, rows, density }) => {
        const problem = statistics(rows, weights, filters);
        const { mask, weights: repaired } = await pruneEnergyAware(problem, weights, density);
        const unrepaired = weights.map((weight, i) => weight * mask[i]);
        expect(error(problem, repaired)).toBeLessThanOrEqual(error(problem, unrepaired) + 1e-3);
      }),
    );
  });
});
