import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { cubeOf } from '../space/unit-cube-space.js';
import { GridStrategy, levelsFor } from './grid.js';

const firstOf = (strategy: GridStrategy, number: number): string => {
  for (const { point } of strategy.propose(number)) return point.join();
  throw new Error('nothing was proposed');
};

describe('a grid', () => {
  it('has every combination of its values once, whatever the seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 5 }), (seed, levels) => {
        const space = cubeOf([
          { isDensity: true },
          { isDensity: false, choices: 3, isCategorical: true },
          { isDensity: true },
        ]);
        const strategy = new GridStrategy(space, seed, levels);
        const count = levels * 3 * levels;
        const points = Array.from({ length: count }, (_, number) => firstOf(strategy, number));
        expect(new Set(points).size).toBe(count);
      }),
    );
  });

  it('has the ends of every coordinate, also of one of whole numbers', () => {
    const strategy = new GridStrategy(cubeOf([{ isDensity: true }, { isDensity: false, choices: 10 }]), 1, 3);
    const points = Array.from({ length: 9 }, (_, number) => firstOf(strategy, number));
    for (const ends of ['0,0.05', '1,0.05', '0,0.95', '1,0.95']) expect(points).toContain(ends);
  });

  it('of two hundred dimensions is begun as any other', () => {
    const strategy = new GridStrategy(
      cubeOf(Array.from({ length: 200 }, () => ({ isDensity: true }))),
      1,
      levelsFor(200, 1000),
    );
    expect(new Set(Array.from({ length: 50 }, (_, number) => firstOf(strategy, number))).size).toBe(50);
  });

  it('of one value a coordinate is refused', () => {
    expect(() => new GridStrategy(cubeOf([{ isDensity: true }]), 1, 1)).toThrow(/levels: 1/);
  });
});
