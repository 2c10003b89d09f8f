import { crowdingDistance } from './crowding-distance.js';
import { nonDominatedSort } from './non-dominated-sort.js';

export interface RankedPoint {
  /** Into the points that were ranked. */
  readonly index: number;
  /** 0 on the front, 1 on the front of the rest, and so on. */
  readonly rank: number;
  readonly crowding: number;
}

/**
 * The best of many points by non-dominated rank, and within a rank the loneliest first, so that
 * what is kept of a front is spread over it: the survivors of NSGA-II (Deb et al. 2002).
 *
 * @param points objectives, all minimised
 * @param count how many; all of them where there are not so many
 * @param compareAlike which of two points comes first that are alike in both; the earlier if left
 *   out
 * @returns the best first
 */
export function bestByRank(
  points: readonly (readonly number[])[],
  count: number,
  compareAlike = (i: number, j: number): number => i - j,
): RankedPoint[] {
  const best: RankedPoint[] = [];
  for (const [rank, members] of nonDominatedSort(points).entries()) {
    if (best.length >= count) break;
    const crowding = crowdingDistance(members.map((i) => points[i]));
    best.push(
      ...members
        .map((index, k) => ({ index, rank, crowding: crowding[k] }))
        // Of two at an end of the front, ∞ − ∞ is no number: they are alike.
        .sort((a, b) => b.crowding - a.crowding || compareAlike(a.index, b.index)),
    );
  }
  return best.slice(0, Math.max(0, count));
}
