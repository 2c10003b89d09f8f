import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { hypervolume, nonDominatedSort } from '../index.js';

interface Oracle {
  source: string;
  cases: {
    points: [number, number][];
    reference: [number, number];
    moocore: number;
    pymoo: number;
    fronts: number[][];
  }[];
}
const oracle = JSON.parse(readFileSync(new URL('../oracle-figures.json', import.meta.url), 'utf8')) as Oracle;

describe(`figures of ${oracle.source}`, () => {
  it.each(oracle.cases.map((each) => [each.points.length, each] as const))('are ours for %i points', (_count, each) => {
    expect(hypervolume(each.points, each.reference)).toBeCloseTo(each.moocore, 12);
    expect(hypervolume(each.points, each.reference)).toBeCloseTo(each.pymoo, 12);
    expect(nonDominatedSort(each.points)).toEqual(each.fronts);
  });
});
