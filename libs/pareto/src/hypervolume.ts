import { front } from './front.js';

/**
 * Area that a set of points dominates up to a reference point, both objectives minimised. Points that are not better than
 * the reference in both objectives add nothing. O(n log n).
 */
export function hypervolume(
  points: readonly (readonly [number, number])[],
  reference: readonly [number, number],
): number {
  const inside = points.filter(([x, y]) => x < reference[0] && y < reference[1]);
  let area = 0;
  let ceiling = reference[1];
  for (const [x, y] of front(inside, (point) => point)) {
    area += (reference[0] - x) * (ceiling - y);
    ceiling = y;
  }
  return area;
}
