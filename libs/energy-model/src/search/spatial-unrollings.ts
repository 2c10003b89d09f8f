import type { Dataflow } from '../accelerator.js';
import { DIMENSIONS, type Dimension } from '../dimensions.js';
import { C, K, N, P, Q, R, S, type MappingContext } from './mapping-context.js';

/** How many iterations of each dimension each axis of the array works on at once, axis by axis. */
export type Unrolling = readonly (readonly number[])[];

/** What a dataflow spreads along its first and its second axis, in the order of preference. */
const SPREADS: Readonly<Record<Dataflow, readonly (readonly number[])[]>> = {
  // Chen, Emer, Sze, ISCA 2016: filter rows along the rows, output rows along the columns, and in
  // what is left other filters, channels, or output rows that a narrow array folds.
  'row-stationary': [
    [R, K, C, P],
    [P, K, C],
  ],
  'weight-stationary': [[C, R, S], [K]],
  'output-stationary': [
    [P, Q, N],
    [K, Q],
  ],
  'input-stationary': [
    [P, Q],
    [C, Q, N],
  ],
  'no-local-reuse': [[C, R, S], [K]],
  free: [
    [K, C, P, Q, R, N],
    [K, C, P, Q, R, N],
  ],
};

/**
 * Ways to spread a layer over the array: on each axis one dimension as far as it goes, and in the
 * room that is left another one or two. Only ways that use about as many elements as the best are
 * kept.
 */
export function spatialUnrollings(layer: MappingContext): Unrolling[] {
  const { accelerator, bounds } = layer;
  let found: number[][][] = [[]];
  accelerator.array.forEach(({ size, unrolls }, axis) => {
    const spreads = SPREADS[accelerator.dataflow];
    const dimensions = unrolls
      ? unrolls.map((dimension: Dimension) => DIMENSIONS.indexOf(dimension))
      : spreads[Math.min(axis, spreads.length - 1)];
    const fixedFirst = accelerator.dataflow === 'row-stationary';
    found = found.flatMap((axes) => {
      const left = bounds.map((bound, d) =>
        Math.ceil(bound / axes.reduce((product, counts) => product * counts[d], 1)),
      );
      return alongAxis(size, dimensions, left, fixedFirst).map((counts) => [...axes, counts]);
    });
    // With each axis there are many times more.
    if (found.length > MOST_UNROLLINGS) {
      found = found.toSorted((one, other) => elementsUsed(other) - elementsUsed(one)).slice(0, MOST_UNROLLINGS);
    }
  });
  const used = found.map(elementsUsed);
  const most = Math.max(...used);
  return found.filter((_, i) => used[i] >= ENOUGH * most);
}

const ENOUGH = 0.75;
/** Layers of AlexNet and of ResNets have at most 36 on the shipped chips. */
const MOST_UNROLLINGS = 300;

const elementsUsed = (axes: Unrolling): number => axes.flat().reduce((product, count) => product * count, 1);

function alongAxis(
  size: number,
  dimensions: readonly number[],
  left: readonly number[],
  fixedFirst: boolean,
): number[][] {
  const found: number[][] = [];
  const one = left.map(() => 1);
  // The same counts are reached in several ways; there are few, so that looking through them is
  // fastest.
  const add = (counts: number[]): void => {
    const isKnown = found.some((other) => dimensions.every((d) => other[d] === counts[d]));
    if (!isKnown) found.push(counts);
  };
  // An axis along which nothing is spread uses one element of it.
  if (dimensions.length === 0) return [one];
  for (const first of fixedFirst ? dimensions.slice(0, 1) : dimensions) {
    const most = balanced(left[first], size);
    const room = Math.floor(size / most);
    const withFirst = one.with(first, most);
    const others = dimensions.filter((d) => d !== first && left[d] > 1);
    if (room < 2 || others.length === 0) {
      add(withFirst);
      continue;
    }
    for (const second of others) {
      for (let share = Math.min(room, left[second]); share >= 1; share = Math.floor(share / 2)) {
        const count = balanced(left[second], share);
        const withSecond = withFirst.with(second, count);
        add(withSecond);
        const more = Math.floor(room / count);
        for (const third of others) {
          if (third !== second && more > 1) add(withSecond.with(third, balanced(left[third], more)));
        }
      }
    }
  }
  return found;
}

/** The least number at a time that needs no more rounds than `most` at a time. */
function balanced(size: number, most: number): number {
  return Math.ceil(size / Math.ceil(size / Math.min(size, most)));
}
