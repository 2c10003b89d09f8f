import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DIRECTION_NUMBERS } from '../sampling/sobol-direction-numbers.js';
import { directionsOf, sobolPoint } from '../sampling/sobol-sequence.js';

const oracle = JSON.parse(readFileSync(new URL('../../src/strategies/sobol-oracle.json', import.meta.url), 'utf8')) as {
  coordinates: number[];
  points: number[][];
};

describe('a Sobol sequence', () => {
  it("is SciPy's, in the first dimensions and in the two hundredth", () => {
    const directions = oracle.coordinates.map((j) => directionsOf(DIRECTION_NUMBERS[j]));
    oracle.points.forEach((expected, number) => {
      expect(sobolPoint(number, directions).map((digits) => digits / 2 ** 30)).toEqual(expected);
    });
  });
});
