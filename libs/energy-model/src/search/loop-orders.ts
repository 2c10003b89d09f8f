import type { Dataflow } from '../accelerator.js';
import { C, K, N, P, Q, R, S } from './mapping-context.js';

/**
 * Kinds of loops: over what weights do not depend on, over what inputs do not, over what partial
 * sums do not.
 */
export const KINDS: readonly (readonly number[])[] = [[N, P, Q], [K], [C, R, S]];

/** Orders of a level's loops that differ in what moves: kinds, innermost first. */
export const ORDERS: readonly (readonly [number, number, number])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];
export const EVERY_ORDER = ORDERS.map((_, i) => i);

/**
 * Orders that a dataflow leaves for the loops just outside the elements' memories: they decide what
 * stays there.
 */
export const STATIONARY_ORDERS: Readonly<Record<Dataflow, readonly number[]>> = {
  'row-stationary': [0, 1],
  'weight-stationary': [0, 1],
  'input-stationary': [2, 3],
  'output-stationary': [4, 5],
  'no-local-reuse': EVERY_ORDER,
  free: EVERY_ORDER,
};
