/** Points of a finite space that are looked at to find one that has not been tried. */
const MOST_LOOKED_AT = 1_000_000;

/** All points of a finite space have been tried: there is nothing more to ask for. */
export class SpaceExhaustedError extends RangeError {
  override name = 'SpaceExhaustedError';

  constructor(readonly points: number) {
    super(`all ${points} points of the space have been tried`);
  }
}

/**
 * Finds a point of a finite space that has not been tried, for strategies that propose none.
 *
 * @param counts number of values of each coordinate; Infinity where it is continuous
 * @param coordinateOf the coordinate of the i-th value of the j-th dimension
 * @returns undefined in an infinite space, and where a million points show none: parameters that
 *   have no value, or are bounded by others, make some points the same
 * @throws SpaceExhaustedError when all points have been tried
 */
export function firstUntriedPoint<T>(
  counts: readonly number[],
  coordinateOf: (j: number, i: number) => number,
  decode: (point: readonly number[]) => T,
  isTaken: (key: string) => boolean,
): { decoded: T; key: string } | undefined {
  if (!counts.every(Number.isFinite)) return undefined;
  const indices = counts.map(() => 0);
  const seen = new Set<string>();
  for (let looked = 0; looked < MOST_LOOKED_AT; looked++) {
    const decoded = decode(indices.map((i, j) => coordinateOf(j, i)));
    const key = JSON.stringify(decoded);
    if (!isTaken(key)) return { decoded, key };
    seen.add(key);
    if (!advance(indices, counts)) throw new SpaceExhaustedError(seen.size);
  }
  return undefined;
}

/** Counts on, the last place first. @returns false after the last of all */
function advance(indices: number[], counts: readonly number[]): boolean {
  for (let j = indices.length - 1; j >= 0; j--) {
    if (++indices[j] < counts[j]) return true;
    indices[j] = 0;
  }
  return false;
}
