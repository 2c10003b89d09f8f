import { DIMENSIONS } from '../dimensions.js';
import type { Loop, Mapping, SpatialLoop } from '../mapping.js';
import type { Moving } from './boundary-energy.js';
import { ALL, G, type MappingContext } from './mapping-context.js';
import { KINDS, ORDERS } from './loop-orders.js';
import type { UnrolledLayer } from './unroll-layer.js';

/** A mapping as the search builds it, from the innermost level outwards. */
export interface Branch {
  readonly spread: UnrolledLayer;
  /** For each level: iterations of each dimension, and the order of the kinds. */
  readonly growths: readonly (readonly number[])[];
  readonly orders: readonly number[];
  /** Temporal extents inside the outermost level that has been decided. */
  readonly inside: readonly number[];
  /** Of what has been decided so far; and what has not. */
  readonly energy: number;
  readonly moving: readonly Moving[];
}

/** Writes a complete branch as a mapping. */
export function branchMapping({ spread, growths, orders }: Branch, layer: MappingContext): Mapping {
  const { levels, accelerator, bounds, arrayAt } = layer;
  const names = levels.map(({ name }) => name);
  const temporal: Record<string, Loop[]> = {};
  names.forEach((name, level) => {
    const outermostFirst = [G, ...[...ORDERS[orders[level]]].reverse().flatMap((kind) => KINDS[kind])];
    temporal[name] = outermostFirst
      .filter((d) => growths[level][d] > 1)
      .map((d) => ({ dimension: DIMENSIONS[d], count: growths[level][d] }));
  });
  const spatial: SpatialLoop[] = spread.unrolling.flatMap((counts, axis) =>
    ALL.filter((d) => counts[d] > 1).map((d) => ({
      axis: accelerator.array[axis].name,
      dimension: DIMENSIONS[d],
      count: counts[d],
    })),
  );
  return trimmed({ temporal, spatial }, bounds, names, arrayAt);
}

/** Shortens the outermost loop over each dimension to what it has to cover. */
function trimmed(mapping: Mapping, bounds: readonly number[], names: readonly string[], arrayAt: number): Mapping {
  const loops = [
    ...names.slice(0, arrayAt).flatMap((name) => mapping.temporal[name]),
    ...mapping.spatial,
    ...names.slice(arrayAt).flatMap((name) => mapping.temporal[name]),
  ];
  const replaced = new Map<Loop, Loop>();
  DIMENSIONS.forEach((dimension, d) => {
    let stride = loops.reduce((product, loop) => (loop.dimension === dimension ? product * loop.count : product), 1);
    for (const loop of loops) {
      if (loop.dimension !== dimension) continue;
      stride /= loop.count;
      const count = Math.ceil(bounds[d] / stride);
      if (count >= loop.count) break;
      replaced.set(loop, { ...loop, count });
      if (count > 1) break;
    }
  });
  const swap = <T extends Loop>(list: readonly T[]): T[] =>
    list.map((loop) => (replaced.get(loop) as T | undefined) ?? loop).filter(({ count }) => count > 1);
  return {
    temporal: Object.fromEntries(Object.entries(mapping.temporal).map(([name, list]) => [name, swap(list)])),
    spatial: swap(mapping.spatial),
  };
}
