import { ALL, type MappingContext } from './mapping-context.js';
import { KINDS } from './loop-orders.js';
import { spatialUnrollings, type Unrolling } from './spatial-unrollings.js';

/** A layer spread over the array in one way. */
export interface UnrolledLayer {
  readonly unrolling: Unrolling;
  /** Elements that differ along each dimension. */
  readonly spread: readonly number[];
  /** For each level, those of them that one memory serves. */
  readonly shared: readonly (readonly number[])[];
  /** For each level and operand, memories that get the same value. */
  readonly copies: readonly (readonly number[])[];
  /** Energy of the MACs' own accesses, which follow from the array alone. */
  readonly macSideEnergy: number;
}

export function unrollLayer({ bounds, macSide, shares, levels }: MappingContext, unrolling: Unrolling): UnrolledLayer {
  const elements = (taken: (axis: number) => boolean): number[] =>
    ALL.map((d) => unrolling.reduce((product, counts, axis) => (taken(axis) ? product * counts[d] : product), 1));
  const spread = elements(() => true);
  const shared = levels.map((_, level) => elements((axis) => shares[level][axis]));
  const along = (extents: readonly number[], dimensions: readonly number[]): number =>
    dimensions.reduce((product, d) => product * extents[d], 1);
  const macs = along(bounds, ALL);
  return {
    unrolling,
    spread,
    shared,
    copies: shared.map((extents) => KINDS.map((kind) => along(spread, kind) / along(extents, kind))),
    macSideEnergy: macSide.reduce(
      (sum, { level, energy }, operand) => sum + (energy * macs) / along(shared[level], KINDS[operand]),
      0,
    ),
  };
}

/**
 * Ways to spread a layer over the array that differ in what memories share: which axis a dimension
 * lies on may not matter.
 */
export function distinctUnrollings(layer: MappingContext): UnrolledLayer[] {
  const ways = new Map<string, UnrolledLayer>();
  for (const unrolling of spatialUnrollings(layer)) {
    const way = unrollLayer(layer, unrolling);
    const key = [way.spread, ...way.shared].join(';');
    if (!ways.has(key)) ways.set(key, way);
  }
  return [...ways.values()];
}
