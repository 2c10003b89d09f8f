import type { LoopNest, NestLoop } from './loop-nest.js';

/**
 * A step of the loops outside a memory's tile, seen along one dimension. Offsets are those of the
 * tile's first element.
 */
export interface Step {
  readonly to: number;
  readonly from: number;
}

/**
 * What happens along one dimension whenever the loop at `position` of the nest goes on by one:
 * loops outside it stand anywhere, it goes on, and those inside start again. One step for each
 * place where the outer loops of this dimension can stand.
 *
 * @param outer the dimension's loops in time outside the tile, outermost first, with their
 *   positions in the nest
 */
export function stepsAt(position: number, outer: readonly PlacedLoop[], bound: number): Step[] {
  const inside = outer.filter((loop) => loop.position > position);
  const steps: Step[] = [];
  const visit = (i: number, offset: number): void => {
    const loop = outer[i] as PlacedLoop | undefined;
    if (loop === undefined || loop.position > position) {
      steps.push({ to: offset, from: lastOffset(inside, offset, bound) });
      return;
    }
    const goesOn = loop.position === position;
    for (let digit = goesOn ? 1 : 0; digit < loop.count && offset + digit * loop.stride < bound; digit++) {
      const to = offset + digit * loop.stride;
      if (goesOn) steps.push({ to, from: lastOffset(inside, to - loop.stride, bound) });
      else visit(i + 1, to);
    }
  };
  visit(0, 0);
  return steps;
}

/** Where the tile can stand: the offsets that all of the dimension's outer loops together reach. */
export function offsetsOf(outer: readonly PlacedLoop[], bound: number): number[] {
  return stepsAt(Infinity, outer, bound).map(({ to }) => to);
}

export interface PlacedLoop extends NestLoop {
  readonly position: number;
}

/** The loops of one dimension, with their positions in the nest, outermost first. */
export function loopsOver(dimension: number, nest: LoopNest): PlacedLoop[] {
  return nest.loops.flatMap((loop, position) => (loop.dimension === dimension ? [{ ...loop, position }] : []));
}

/** Where the inner loops end that start at `offset`. */
function lastOffset(inside: readonly PlacedLoop[], offset: number, bound: number): number {
  let last = offset;
  for (const { count, stride } of inside) {
    const digits = Math.min(count, Math.ceil((bound - last) / stride));
    last += (digits - 1) * stride;
  }
  return last;
}

/**
 * How many elements of `[0, extent)` there are, counting of each loop in `once` only its first
 * iteration. `loops` are in order, outermost first; their innermost stride is 1, or they are empty.
 */
export function countElements(
  extent: number,
  loops: readonly NestLoop[],
  once: (loop: NestLoop) => boolean,
  i = 0,
): number {
  if (extent <= 0) return 0;
  if (i === loops.length) return 1;
  const loop = loops[i];
  if (once(loop)) return countElements(Math.min(extent, loop.stride), loops, once, i + 1);
  const full = Math.min(loop.count, Math.floor(extent / loop.stride));
  const rest = full < loop.count ? extent - full * loop.stride : 0;
  return (
    (full > 0 ? full * countElements(loop.stride, loops, once, i + 1) : 0) +
    (rest > 0 ? countElements(rest, loops, once, i + 1) : 0)
  );
}
