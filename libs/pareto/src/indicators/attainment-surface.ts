import { front } from '../front.js';

/**
 * Where at least `count` of several runs have come to, in two objectives, both minimised: the best,
 * median or worst front over seeds (empirical attainment function, Fonseca et al. 2001).
 *
 * @param runs the points of each run
 * @returns corners of the surface, by the first objective
 * @throws RangeError when count is not between 1 and the number of runs
 */
export function attainmentSurface(
  runs: readonly (readonly (readonly [number, number])[])[],
  count: number,
): [number, number][] {
  if (!Number.isInteger(count) || count < 1 || count > runs.length) {
    throw new RangeError(`count: ${count} is not a whole number between 1 and the number of runs, ${runs.length}`);
  }
  const fronts = runs.map((points) => front(points, ([x, y]): [number, number] => [x, y]));
  const firsts = [...new Set(fronts.flatMap((members) => members.map(([x]) => x)))].sort((a, b) => a - b);
  const next = fronts.map(() => 0);
  const corners = firsts.map((x): [number, number] => {
    fronts.forEach((members, run) => {
      while (next[run] < members.length && members[next[run]][0] <= x) next[run]++;
    });
    const seconds = fronts.map((members, run) => (next[run] === 0 ? Infinity : members[next[run] - 1][1]));
    return [x, seconds.sort((a, b) => a - b)[count - 1]];
  });
  return front(
    corners.filter(([, y]) => y < Infinity),
    (corner) => corner,
  );
}
