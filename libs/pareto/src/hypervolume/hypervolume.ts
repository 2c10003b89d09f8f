import { hypervolumeOfThree } from './hypervolume-of-three.js';
import { hypervolumeOfMany } from './hypervolume-of-many.js';

/**
 * Volume that a set of points dominates up to a reference point, all objectives minimised; exact.
 * Points that are not better than the reference in every objective add nothing. O(n log n) for two
 * objectives, and but for moving numbers in an array for three; for more by the algorithm of While,
 * Bradstreet and Barone (2012).
 *
 * @param points of as many objectives as the reference, two at least
 */
export function hypervolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const inside = points.filter((point) => isBetter(point, reference));
  switch (reference.length) {
    case 0:
    case 1:
      throw new RangeError(`reference: a hypervolume is of two objectives at least, not of ${reference.length}`);
    case 2:
      return hypervolumeOfTwo(inside, reference);
    case 3:
      return hypervolumeOfThree(inside, reference);
    default:
      return hypervolumeOfMany(inside, reference);
  }
}

function hypervolumeOfTwo(inside: readonly (readonly number[])[], reference: readonly number[]): number {
  let area = 0;
  let ceiling = reference[1];
  for (const point of inside.toSorted((a, b) => a[0] - b[0])) {
    if (point[1] >= ceiling) continue;
    area += (reference[0] - point[0]) * (ceiling - point[1]);
    ceiling = point[1];
  }
  return area;
}

/**
 * What each point adds to the hypervolume of all: what would be lost without it. 0 for points that
 * others dominate or equal.
 */
export function hypervolumeContributions(
  points: readonly (readonly number[])[],
  reference: readonly number[],
): number[] {
  const whole = hypervolume(points, reference);
  return points.map((_, i) => whole - hypervolume([...points.slice(0, i), ...points.slice(i + 1)], reference));
}

function isBetter(point: readonly number[], reference: readonly number[]): boolean {
  for (let k = 0; k < reference.length; k++) if (!(point[k] < reference[k])) return false;
  return true;
}
