import { fits, type MappingContext } from './mapping-context.js';

/**
 * Tries tiles of a level that fit: how many of the tiles inside it they hold along each dimension,
 * for the numbers that are worth it, which leave the smallest last tile.
 *
 * @param inside temporal extents of the tile that is repeated
 * @param maximal whether only the largest extent of the last dimension is tried: larger is better,
 *   unless a level further out has to hold the tile as well
 * @param spread elements along each dimension
 * @param shared those of them that one memory of the level serves
 * @param visit called with the growth of each dimension; the array is used again
 */
export function tileGrowths(
  layer: MappingContext,
  level: number,
  dimensions: readonly number[],
  inside: readonly number[],
  spread: readonly number[],
  shared: readonly number[],
  limits: readonly number[],
  maximal: boolean,
  visit: (growth: readonly number[]) => void,
): void {
  const growth = inside.map(() => 1);
  const own = inside.map((extent, d) => extent * shared[d]);
  const fitsWith = (d: number, count: number): boolean => {
    own[d] = inside[d] * shared[d] * count;
    return fits(layer, level, own);
  };
  const left = layer.bounds.map((bound, d) => Math.ceil(bound / (inside[d] * spread[d])));
  const go = (place: number): void => {
    const d = dimensions[place];
    const last = place === dimensions.length - 1;
    if (left[d] === 1) {
      if (last) visit(growth);
      else go(place + 1);
      return;
    }
    const choices = fewest(left[d], (last && maximal) || limits[d] === LARGEST ? Infinity : limits[d]);
    // Sizes fall, so those that fit follow those that do not.
    let first = 0;
    for (let beyond = choices.length; first < beyond;) {
      const middle = (first + beyond) >> 1;
      if (fitsWith(d, choices[middle])) beyond = middle;
      else first = middle + 1;
    }
    for (let i = first; i < choices.length; i++) {
      growth[d] = choices[i];
      if (last) {
        visit(growth);
        if (maximal) break;
        continue;
      }
      own[d] = inside[d] * shared[d] * choices[i];
      go(place + 1);
      if (limits[d] === LARGEST) break;
    }
    growth[d] = 1;
    own[d] = inside[d] * shared[d];
  };
  if (dimensions.length === 0) visit(growth);
  else if (fits(layer, level, own)) go(0);
}

/** Of a dimension's sizes only the largest that fits. */
export const LARGEST = 0;

/**
 * Sizes worth trying for `size` things: for each number of tiles the smallest that needs no more;
 * largest first.
 */
const memo = new Map<number, readonly number[]>();
function fewest(size: number, limit: number): readonly number[] {
  const key = size * 1024 + Math.min(limit, 1023);
  let sizes = memo.get(key);
  if (!sizes) {
    const all: number[] = [];
    for (let tiles = 1; tiles <= size; tiles++) {
      const each = Math.ceil(size / tiles);
      if (all.at(-1) !== each) all.push(each);
      else tiles = Math.max(tiles, Math.ceil(size / each) - 1);
    }
    sizes = all.length <= limit ? all : thinned(all, limit);
    if (memo.size > 10_000) memo.clear();
    memo.set(key, sizes);
  }
  return sizes;
}

/**
 * Halves, or as many steps of equal ratio as there may be: what lies between two neighbours differs
 * little from them.
 */
function thinned(sizes: readonly number[], limit: number): number[] {
  const ratio = limit <= 3 ? 2 : sizes[0] ** (1 / (limit - 1));
  const kept: number[] = [];
  for (let i = 0; i < limit; i++) {
    const wanted = sizes[0] / ratio ** i;
    const nearest = sizes.find((size) => size <= wanted * 1.0001) ?? 1;
    if (kept.at(-1) !== nearest) kept.push(nearest);
  }
  // Where nothing larger fits, one always must be tried.
  if (kept.at(-1) !== 1) kept.push(1);
  return kept;
}
