import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { logPosterior } from './fit-hyperparameters.js';
import { GaussianProcess } from './gaussian-process.js';

interface Oracle {
  source: string;
  points: number[][];
  targets: number[];
  lengthScales: number[];
  signalVariance: number;
  noiseVariance: number;
  queries: number[][];
  means: number[];
  deviations: number[];
  leaveOneOut: number[];
  /** In the order signal, lengths, noise. */
  theta: number[];
  gradient: number[];
}
const oracle = JSON.parse(readFileSync(new URL('./oracle-figures.json', import.meta.url), 'utf8')) as Oracle;
const { points, targets, queries } = oracle;
const hyperparameters = { ...oracle, lengthScales: Float64Array.from(oracle.lengthScales) };

describe(`a Gaussian process, as ${oracle.source} has it`, () => {
  it('foretells the same means and deviations', () => {
    const process = GaussianProcess.of(points, targets, hyperparameters);
    process.predict(queries).forEach(({ mean, variance }, i) => {
      expect(mean).toBeCloseTo(oracle.means[i], 9);
      expect(Math.sqrt(variance)).toBeCloseTo(oracle.deviations[i], 9);
    });
  });

  it('foretells the same when its observations came one by one', () => {
    const process = GaussianProcess.of(points.slice(0, 5), targets.slice(0, 5), hyperparameters, 7);
    for (let i = 5; i < 12; i++) process.observe(points[i], targets[i]);
    process.predict(queries).forEach(({ mean, variance }, i) => {
      expect(mean).toBeCloseTo(oracle.means[i], 9);
      expect(Math.sqrt(variance)).toBeCloseTo(oracle.deviations[i], 9);
    });
    expect(() => process.observe(points[0], 0)).toThrow(RangeError);
  });

  it('smooths its observations to the means where they are', () => {
    const process = GaussianProcess.of(points, targets, hyperparameters);
    const means = process.predict(points).map(({ mean }) => mean);
    process.smoothed().forEach((smoothed, i) => expect(smoothed).toBeCloseTo(means[i], 9));
  });

  it('has the same slopes of its likelihood, and foretells each observation by the others alike', () => {
    const [signal, first, second, third, noise] = oracle.theta;
    const theta = Float64Array.from([first, second, third, signal, noise]);
    const { gradient, leaveOneOut } = logPosterior(points, targets, theta, []);
    const [ofSignal, ofFirst, ofSecond, ofThird, ofNoise] = oracle.gradient;
    [ofFirst, ofSecond, ofThird, ofSignal, ofNoise].forEach((slope, k) => expect(gradient[k]).toBeCloseTo(slope, 7));
    oracle.leaveOneOut.forEach((foretold, i) => expect(leaveOneOut[i]).toBeCloseTo(foretold, 8));
  });

  it('says what it had to add where two observations are one and there is no noise, and answers all the same', () => {
    const process = GaussianProcess.of([[0.5], [0.5], [0.2]], [1, 1, 0], {
      lengthScales: Float64Array.of(0.3),
      signalVariance: 1,
      noiseVariance: 0,
    });
    expect(process.jitter).toBeGreaterThan(0);
    expect(process.predict([[0.5]])[0].mean).toBeCloseTo(1, 3);
  });
});
