import { front } from '@espalier/pareto';
import { describe, expect, it } from '@jest/globals';
import { cubeOf, type Dimension } from '../../space/unit-cube-space.js';
import { InitialDesign } from './initial-design.js';
import type { FrontierOptions } from '../frontier-options.js';

const density: Dimension = { isDensity: true };
const ENERGY = [0.5, 0.3, 0.1, 0.1];
const known = (point: readonly number[]): number => ENERGY.reduce((sum, each, j) => sum + each * point[j], 0);
const options: FrontierOptions = { reference: [1, 1], known: [known], isShare: true };
const layers = cubeOf(ENERGY.map(() => density));

const mean = (point: readonly number[]): number => point.reduce((sum, x) => sum + x, 0) / point.length;

const points = (of: InitialDesign, count: number): (readonly number[])[] =>
  Array.from({ length: count }, (_, number) => of.at(number));

/** A network whose first layers can hardly be pruned, and another whose last ones cannot. */
const networks = [
  [6, 3, 0.5, 0.5],
  [0.5, 0.5, 3, 6],
].map((sensitivity) => (point: readonly number[]): number => {
  const damage = sensitivity.reduce((sum, each, j) => sum + each * (1 - point[j]) ** 4, 0);
  return 1 - Math.exp(-damage);
});

describe('the first points of a search', () => {
  it.each([
    ['costs are known', options],
    ['only the densities are', { reference: [1, 1], isShare: true }],
  ])('are on the front of each other, mostly, where %s, whatever network it is', (_, of) => {
    const onFront = (lossOf: (point: readonly number[]) => number, of: FrontierOptions): number =>
      [1, 2, 3, 4, 5].reduce((sum, seed) => {
        const tried = points(new InitialDesign(layers, seed, of), 8).map((point) => ({
          loss: lossOf(point),
          cost: known(point),
        }));
        return sum + front(tried, ({ loss, cost }) => [loss, cost]).length / 5;
      }, 0);
    for (const lossOf of networks) {
      // Of a loss that is no share, nothing is presumed.
      expect(onFront(lossOf, of)).toBeGreaterThan(onFront(lossOf, { reference: [1, 1], isShare: false }));
    }
  });

  it.each([
    ['nothing is known', { reference: [1, 1], isShare: false }],
    ['only the densities are known', { reference: [1, 1], isShare: true }],
    ['costs are known', options],
  ])('go from the cheap end of the space to the dear one where %s', (_, of) => {
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const tried = seeds.map((seed) => points(new InitialDesign(layers, seed, of), 8).map(known));
    expect(mean(tried.map((costs) => Math.min(...costs)))).toBeLessThan(0.3);
    expect(mean(tried.map((costs) => Math.max(...costs)))).toBeGreaterThan(0.7);
  });

  it('are the same whichever is asked for first, also where it was begun anew in between', () => {
    const inOrder = points(new InitialDesign(layers, 7, options), 5);
    expect(new InitialDesign(layers, 7, options).at(4)).toEqual(inOrder[4]);
    expect(new InitialDesign(layers, 8, options).at(4)).not.toEqual(inOrder[4]);
  });

  it('cost no more than is allowed, of what is limited beside too', () => {
    const limited = {
      ...options,
      reference: [1, 0.4],
      limits: [{ max: 0.6, known: ([first]: readonly number[]) => first }],
    };
    for (const point of points(new InitialDesign(layers, 1, limited), 12)) {
      expect(known(point)).toBeLessThan(0.4);
      expect(point[0]).toBeLessThanOrEqual(0.6);
    }
  });

  it('are of the space even where nothing is as cheap as it should be', () => {
    for (const point of points(new InitialDesign(layers, 1, { ...options, reference: [1, -1] }), 3)) {
      expect(point).toHaveLength(4);
      expect(point.every((x) => x >= 0 && x <= 1)).toBe(true);
    }
  });

  it('take every option of a choice, also of one that makes them cheap', () => {
    const space = cubeOf([density, { isDensity: false, choices: 2, isCategorical: true }, density]);
    const cheap = ([first, option, second]: readonly number[]): number => (option < 0.5 ? 0.1 : 1) * (first + second);
    const options: FrontierOptions = { reference: [1, 2], known: [cheap], isShare: true };
    const chosen = points(new InitialDesign(space, 3, options), 8).map(([, option]) => option < 0.5);
    expect(chosen.filter((isFirst) => isFirst)).toHaveLength(4);
  });

  it.each([
    ['of more dimensions than a Sobol sequence has', 300, 3],
    ['after as many as are looked for one by one', 4, 200],
  ])('are there %s', (_, dimensions, number) => {
    const space = cubeOf(Array.from({ length: dimensions }, () => density));
    const point = new InitialDesign(space, 1, { ...options, known: [mean] }).at(number);
    expect(point).toHaveLength(dimensions);
    expect(point.every((x) => x >= 0 && x <= 1)).toBe(true);
  });
});
