import { describe, expect, it } from '@jest/globals';
import { cubeOf } from '../space/unit-cube-space.js';
import { EapStrategy } from './eap.js';
import { LocalStrategy } from './local.js';

const ENERGY = [0.2, 0.7, 0.1];
const SENSITIVITY = [0.01, 1, 0.5];
const sum = (point: readonly number[], weights: readonly number[]): number =>
  point.reduce((total, x, j) => total + weights[j] * x, 0);
const space = cubeOf(ENERGY.map(() => ({ isDensity: true })));
const options = { reference: [1, 1], known: (point: readonly number[]) => sum(point, ENERGY) } as const;
const lossOf = (point: readonly number[]): number =>
  0.1 +
  sum(
    point.map((x) => 1 - x),
    SENSITIVITY,
  ) /
    2;

function walk(strategy: EapStrategy | LocalStrategy, count: number): number[][] {
  const walked: number[][] = [];
  for (let number = 0; number < count; number++) {
    for (const { point } of strategy.propose(number, [])) {
      strategy.tell([{ number, point, objectives: [lossOf(point), sum(point, ENERGY)], violation: 0 }]);
      walked.push([...point]);
      break;
    }
  }
  return walked;
}

describe('energy-aware pruning as a search', () => {
  it('begins with the dense network, and goes on with the layer that takes most energy', () => {
    const [first, second, third] = walk(new EapStrategy(space, 1, options), 3);
    expect(first).toEqual([1, 1, 1]);
    expect(second).toEqual([1, 0.8, 1]);
    // That lost more than is allowed: the layer is as it was, and the next is tried.
    expect(third).toEqual([0.8, 1, 1]);
  });

  it('holds what loses little: the layer that nobody would miss is nearly gone before another is touched for good', () => {
    const walked = walk(new EapStrategy(space, 1, options), 12);
    expect(Math.min(...walked.map(([x]) => x))).toBeLessThan(0.05);
  });

  it('steps down different layers while others are under way', () => {
    const strategy = new EapStrategy(space, 1, options);
    walk(strategy, 1);
    const pending: number[][] = [];
    for (let number = 1; number <= 3; number++) {
      for (const { point } of strategy.propose(number, pending)) {
        pending.push([...point]);
        break;
      }
    }
    expect(pending).toEqual([
      [1, 0.8, 1],
      [0.8, 1, 1],
      [1, 1, 0.8],
    ]);
  });
});

describe('sensitivity-guided descent', () => {
  it('tries each layer once, then the one that saves most for what it loses', () => {
    const walked = walk(new LocalStrategy(space, 1, options), 6);
    expect(walked.slice(1, 4).map((point) => point.findIndex((x) => x < 0.9))).toEqual([0, 0, 0]);
    expect(walked[5][0]).toBeLessThan(walked[3][0]);
  });
});
