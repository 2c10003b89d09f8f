import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { logPosterior } from './fit-hyperparameters.js';
import { GaussianProcess } from './gaussian-process.js';

interface Oracle {
  source: string;
  points: number[][];
  targets: number[];
  lengthScales: number[];
  signalVariance: number;
  isDensity: boolean[];
  additiveVariance: number;
  commonVariance: number;
  noiseVariance: number;
  queries: number[][];
  means: number[];
  deviations: number[];
  leaveOneOut: number[];
  /** In the order common, additive, signal, lengths, noise. */
  theta: number[];
  gradient: number[];
}
const oracle = JSON.parse(readFileSync(new URL('../oracle-figures.json', import.meta.url), 'utf8')) as Oracle;
const { points, targets, queries, isDensity } = oracle;
const hyperparameters = { ...oracle, lengthScales: Float64Array.from(oracle.lengthScales) };

describe(`a Gaussian process, as ${oracle.source} has it`, () => {
  it('foretells the same means and deviations', () => {
    const process = GaussianProcess.of(points, targets, hyperparameters, isDensity);
    process.predict(queries).forEach(({ mean, variance }, i) => {
      expect(mean).toBeCloseTo(oracle.means[i], 9);
      expect(Math.sqrt(variance)).toBeCloseTo(oracle.deviations[i], 9);
    });
  });

  it('foretells the same when its observations came one by one', () => {
    const process = GaussianProcess.of(points.slice(0, 5), targets.slice(0, 5), hyperparameters, isDensity, 7);
    for (let i = 5; i < 12; i++) process.observe(points[i], targets[i]);
    process.predict(queries).forEach(({ mean, variance }, i) => {
      expect(mean).toBeCloseTo(oracle.means[i], 9);
      expect(Math.sqrt(variance)).toBeCloseTo(oracle.deviations[i], 9);
    });
    expect(() => process.observe(points[0], 0)).toThrow(RangeError);
  });

  it('smooths its observations to the means where they are', () => {
    const process = GaussianProcess.of(points, targets, hyperparameters, isDensity);
    const means = process.predict(points).map(({ mean }) => mean);
    process.smoothed().forEach((smoothed, i) => expect(smoothed).toBeCloseTo(means[i], 9));
  });

  it('has the same slopes of its likelihood, and foretells each observation by the others alike', () => {
    const [common, additive, signal, first, second, third, noise] = oracle.theta;
    const theta = Float64Array.from([first, second, third, signal, additive, common, noise]);
    const { gradient, leaveOneOut } = logPosterior(points, targets, isDensity, theta, []);
    const [ofCommon, ofAdditive, ofSignal, ofFirst, ofSecond, ofThird, ofNoise] = oracle.gradient;
    [ofFirst, ofSecond, ofThird, ofSignal, ofAdditive, ofCommon, ofNoise].forEach((slope, k) =>
      expect(gradient[k]).toBeCloseTo(slope, 7),
    );
    oracle.leaveOneOut.forEach((foretold, i) => expect(leaveOneOut[i]).toBeCloseTo(foretold, 8));
  });

  it('foretells what is a sum over dimensions from what each does alone', () => {
    const sum = ([x, y]: number[]): number => 1 - x + 2 * (1 - y) ** 2;
    const alone = [1, 0.75, 0.5, 0.25, 0].flatMap((x) => [
      [x, 1],
      [1, x],
    ]);
    const foretold = (signalVariance: number, additiveVariance: number): number => {
      const lengthScales = Float64Array.of(0.7, 0.7);
      const all = { lengthScales, signalVariance, additiveVariance, commonVariance: 0, noiseVariance: 1e-6 };
      return GaussianProcess.of(alone, alone.map(sum), all, [true, true]).predict([[0, 0]])[0].mean;
    };
    expect(foretold(0.01, 1)).toBeCloseTo(sum([0, 0]), 1);
    expect(foretold(1, 0)).toBeLessThan(0.9 * sum([0, 0]));
  });

  it.each([
    ['densities', [true, true, false], [0.2, 1, 0.3]],
    ['parameters of which nothing is known', [false, false, false], [0.2, 0.5, 0.5]],
  ])('foretells what one of %s does from another that is alike', (_, isDensity, unseen) => {
    const effect = (x: number): number => (isDensity[0] ? 1 - x : 2 * x - 1);
    // Nothing is seen of the first; the third is not alike where the others are densities.
    const none = isDensity[0] ? 1 : 0.5;
    const thirds = isDensity[0] ? [0.3, 0.6] : [none];
    const seen = [1, 0.75, 0.5, 0.25, 0].flatMap((y) => thirds.map((z) => [none, y, z]));
    const targets = seen.map(([, y]) => effect(y));
    const foretold = (commonVariance: number): number => {
      const lengthScales = Float64Array.of(0.7, 0.7, 0.7);
      const all = { lengthScales, signalVariance: 0.01, additiveVariance: 0.01, commonVariance, noiseVariance: 1e-6 };
      return GaussianProcess.of(seen, targets, all, isDensity).predict([unseen])[0].mean;
    };
    expect(foretold(100)).toBeCloseTo(effect(unseen[0]), 1);
    expect(Math.abs(foretold(0))).toBeLessThan(0.5 * Math.abs(effect(unseen[0])));
  });

  it('says what it had to add where two observations are one and there is no noise, and answers all the same', () => {
    const lengthScales = Float64Array.of(0.3);
    const alone = { lengthScales, signalVariance: 1, additiveVariance: 1, commonVariance: 0, noiseVariance: 0 };
    const process = GaussianProcess.of([[0.5], [0.5], [0.2]], [1, 1, 0], alone, [true]);
    expect(process.jitter).toBeGreaterThan(0);
    expect(process.predict([[0.5]])[0].mean).toBeCloseTo(1, 3);
  });
});
