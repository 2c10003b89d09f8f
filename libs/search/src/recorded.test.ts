import { describe, expect, it } from '@jest/globals';
import { Search, type SearchOptions } from './search.js';

interface Recorded {
  readonly epochs: number;
  readonly rows: readonly Readonly<Record<string, number>>[];
  readonly between: readonly Readonly<Record<string, number>>[];
  at(densities: Readonly<Record<string, unknown>>, epoch?: number): { error: number; energy: number };
}
type Problem = Pick<SearchOptions, 'space' | 'reference' | 'share'> & {
  readonly known: (parameters: object) => number;
  readonly evaluate: (parameters: object) => [number, number];
};
const examples = new URL('../../../examples/recorded/', import.meta.url);
const { recordedEvaluations } = (await import(new URL('recorded-evaluations.mjs', examples).href)) as {
  recordedEvaluations: (file: string) => Recorded;
};

describe.each(['lenet-5-mnist', 'resnet-20-cifar-10'])('evaluations recorded of %s', (name) => {
  const recorded = recordedEvaluations(`${name}.csv`);

  it('are given back as they were on the points of the grid', () => {
    for (const row of recorded.rows.filter((each) => !recorded.between.includes(each))) {
      for (let epoch = 0; epoch <= recorded.epochs; epoch++) {
        const { error, energy } = recorded.at(row, epoch);
        expect(error).toBeCloseTo(Math.max(1e-4, 1 - row[`accuracy_${epoch}`]), 9);
        expect(energy).toBeCloseTo(row[`energy_${epoch}`], 9);
      }
    }
  });

  it('have frontier find in 40 what is worth more than what random finds in 80', async () => {
    const { evaluate, known, ...options } = (await import(new URL(`${name}.mjs`, examples).href)) as Problem;
    const found = (strategy: 'frontier' | 'random', seed: number, evaluations: number): number => {
      const search = new Search({ ...options, strategy, seed }, known);
      for (let i = 0; i < evaluations; i++) {
        const { number, parameters } = search.ask();
        search.tell(number, evaluate(parameters));
      }
      return search.hypervolume;
    };
    const mean = (strategy: 'frontier' | 'random', evaluations: number): number =>
      [1, 2, 3].reduce((sum, seed) => sum + found(strategy, seed, evaluations) / 3, 0);
    expect(mean('frontier', 40)).toBeGreaterThan(mean('random', 80));
  });
});
