import { fits } from './boundary-energy.js';
import { C, K, N, P, Q, R, S, type LayerOnChip } from './layer-on-chip.js';

/**
 * How many of the tiles inside a level's tile can take along each dimension. All tiles that fit and cannot grow in their
 * last dimension are tried, for the counts of tiles that are worth it: those that leave the smallest last tile.
 *
 * @param inside temporal extents of the tile that is repeated
 * @param spread elements along each dimension
 * @param shared those of them that one memory of the level serves
 * @param visit called with the growth of each dimension; the array is used again
 */
export function tileGrowths(
  layer: LayerOnChip,
  level: number,
  dimensions: readonly number[],
  inside: readonly number[],
  spread: readonly number[],
  shared: readonly number[],
  limit: (d: number) => number,
  visit: (growth: readonly number[]) => void,
): void {
  const growth = inside.map(() => 1);
  const own = inside.map((extent, d) => extent * shared[d]);
  const fitsWith = (d: number, count: number): boolean => {
    const before = own[d];
    own[d] = inside[d] * shared[d] * count;
    const fit = fits(layer, level, own);
    if (!fit) own[d] = before;
    return fit;
  };
  const left = layer.bounds.map((bound, d) => Math.ceil(bound / (inside[d] * spread[d])));
  const go = (i: number): void => {
    const d = dimensions[i];
    const last = i === dimensions.length - 1;
    const choices = fewest(left[d], last ? Infinity : limit(d));
    for (const count of choices) {
      if (!fitsWith(d, count)) continue;
      growth[d] = count;
      if (last) {
        visit(growth);
        break;
      }
      go(i + 1);
    }
    growth[d] = 1;
    own[d] = inside[d] * shared[d];
  };
  if (dimensions.length === 0) visit(growth);
  else if (fits(layer, level, own)) go(0);
}

/** Dimensions in the order in which they are chosen; the last takes what room is left. */
export const GROWTH_ORDER = [S, R, Q, P, N, C, K];

/** Sizes worth trying for `size` things: for each number of tiles the smallest that needs no more; largest first. */
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
    // Thinned out evenly: what lies between two neighbours differs little from them.
    const step = (all.length - 1) / Math.max(1, limit - 1);
    sizes =
      all.length <= limit
        ? all
        : limit === 1
          ? [all[0]]
          : Array.from({ length: limit }, (_, i) => all[Math.round(i * step)]);
    if (memo.size > 10_000) memo.clear();
    memo.set(key, sizes);
  }
  return sizes;
}
