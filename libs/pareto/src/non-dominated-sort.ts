import { dominates } from './dominates.js';

/**
 * Ranks points into successive fronts: the first holds the indices of the points that none
 * dominates, the next those dominated only by the first, and so on. Equal points share a front. Deb
 * et al. (2002), section III-A: O(m n²).
 */
export function nonDominatedSort(points: readonly (readonly number[])[]): number[][] {
  const dominatedBy = points.map(() => 0);
  const dominated: number[][] = points.map(() => []);
  for (let i = 0; i < points.length; i++) {
    for (let j = i + 1; j < points.length; j++) {
      if (dominates(points[i], points[j])) {
        dominated[i].push(j);
        dominatedBy[j]++;
      } else if (dominates(points[j], points[i])) {
        dominated[j].push(i);
        dominatedBy[i]++;
      }
    }
  }
  const fronts: number[][] = [];
  let current = points.map((_, i) => i).filter((i) => dominatedBy[i] === 0);
  while (current.length > 0) {
    fronts.push(current);
    const next: number[] = [];
    for (const i of current) for (const j of dominated[i]) if (--dominatedBy[j] === 0) next.push(j);
    current = next.sort((a, b) => a - b);
  }
  return fronts;
}
