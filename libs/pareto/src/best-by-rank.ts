import { crowdingDistance } from './crowding-distance.js';
import { nonDominatedSort } from './non-dominated-sort.js';

/**
 * The best of many points by non-dominated rank, and within a rank the loneliest first, so that what is kept of a front is
 * spread over it. Of points that are alike in both, the earlier comes first.
 *
 * @param points objectives, all minimised
 * @param count how many; all of them where there are not so many
 * @returns indices into `points`, the best first
 */
export function bestByRank(points: readonly (readonly number[])[], count: number): number[] {
  const best: number[] = [];
  for (const members of nonDominatedSort(points)) {
    if (best.length >= count) break;
    const crowding = crowdingDistance(members.map((i) => points[i]));
    const order = members.map((_, k) => k).sort((a, b) => compare(crowding[b], crowding[a]) || members[a] - members[b]);
    best.push(...order.map((k) => members[k]));
  }
  return best.slice(0, Math.max(0, count));
}

/** A difference of infinities is no number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
