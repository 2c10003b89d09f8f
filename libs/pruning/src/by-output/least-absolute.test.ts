import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { pruneEnergyAware } from './energy-aware.js';
import { repairAbsolute } from './least-absolute.js';
import { repair, type LeastSquares, type Samples } from './least-squares.js';

/** The sums over all samples that least squares needs, for what the samples should give. */
function problemOf({ inputs, targets }: Samples, width: number, filters: number): LeastSquares {
  const rows = targets.length / filters;
  const gram = new Float64Array(width * width);
  const correlation = new Float64Array(width * filters);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) gram[i * width + j] += inputs[row * width + i] * inputs[row * width + j];
      for (let f = 0; f < filters; f++)
        correlation[i * filters + f] += inputs[row * width + i] * targets[row * filters + f];
    }
  }
  return { gram, correlation, inputs: width, filters, samples: { inputs, targets } };
}

function absoluteError({ inputs, targets }: Samples, weights: Float32Array, width: number, filters: number): number {
  let sum = 0;
  for (let at = 0; at < targets.length; at++) {
    const [row, filter] = [Math.floor(at / filters), at % filters];
    let given = 0;
    for (let i = 0; i < width; i++) given += inputs[row * width + i] * weights[i * filters + filter];
    sum += Math.abs(targets[at] - given);
  }
  return sum;
}

const value = fc.integer({ min: -40, max: 40 }).map((x) => x / 20);

describe('repair with p = 1', () => {
  it('is not led astray by one sample that is far out, as p = 2 is', async () => {
    const samples = { inputs: Float32Array.of(1, 2, 3, 4, 5), targets: Float32Array.of(2, 4, 6, 8, 100) };
    const problem = problemOf(samples, 1, 1);
    const [mask, dense] = [Float32Array.of(1), Float32Array.of(2)];
    const squares = await repair(problem, mask, dense);
    expect(squares[0]).toBeGreaterThan(10);
    expect((await repairAbsolute(problem, samples, mask, squares))[0]).toBeCloseTo(2, 1);
  });

  it('finds for one weight the weighted median of y / x, which is where Σ|y − a x| is least', () => {
    return fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(value, value), { minLength: 3, maxLength: 15 }).filter((all) => all.some(([x]) => x !== 0)),
        async (pairs) => {
          const samples = {
            inputs: Float32Array.from(pairs, ([x]) => x),
            targets: Float32Array.from(pairs, ([, y]) => y),
          };
          const problem = problemOf(samples, 1, 1);
          const mask = Float32Array.of(1);
          const found = await repairAbsolute(problem, samples, mask, await repair(problem, mask, Float32Array.of(0)));
          const errorAt = (a: number): number => absoluteError(samples, Float32Array.of(a), 1, 1);
          const least = Math.min(...pairs.filter(([x]) => x !== 0).map(([x, y]) => errorAt(y / x)));
          expect(errorAt(found[0])).toBeLessThanOrEqual(least * 1.05 + 0.02);
        },
      ),
    );
  });

  it('gives no larger error than p = 2 does over the same samples, and leaves what is pruned at 0', () => {
    const layer = fc.record({
      inputs: fc.array(fc.array(value, { minLength: 4, maxLength: 4 }), { minLength: 8, maxLength: 20 }),
      weights: fc.array(value, { minLength: 8, maxLength: 8 }),
    });
    return fc.assert(
      fc.asyncProperty(layer, async ({ inputs, weights }) => {
        const dense = Float32Array.from(weights);
        const targets = Float32Array.from({ length: inputs.length * 2 }, (_, at) =>
          inputs[at >> 1].reduce((sum, x, i) => sum + x * dense[i * 2 + (at & 1)], 0),
        );
        const samples = { inputs: Float32Array.from(inputs.flat()), targets };
        const problem = problemOf(samples, 4, 2);
        const squares = await pruneEnergyAware(problem, dense, 0.5);
        const absolute = await pruneEnergyAware(problem, dense, 0.5, undefined, { repairNorm: 1 });
        expect(absolute.mask).toEqual(squares.mask);
        absolute.weights.forEach((weight, i) => expect(absolute.mask[i] === 1 || weight === 0).toBe(true));
        expect(absoluteError(samples, absolute.weights, 4, 2)).toBeLessThanOrEqual(
          absoluteError(samples, squares.weights, 4, 2) + 1e-3,
        );
      }),
    );
  });
});
