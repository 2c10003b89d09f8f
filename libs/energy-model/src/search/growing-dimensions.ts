import { DIMENSIONS, INDEXED_BY } from '../dimensions.js';
import { C, K, N, P, Q, R, S, type MappingContext } from './mapping-context.js';

/** The last takes what room is left. */
const GROWTH_ORDER = [S, R, Q, P, N, C, K];

/**
 * Dimensions along which a level's tile may hold several of the tiles inside it, in the order in
 * which they are chosen.
 */
export function growingDimensions(layer: MappingContext, level: number): readonly number[] {
  const { arrayAt, accelerator, levels } = layer;
  if (accelerator.dataflow === 'row-stationary' && level >= arrayAt) {
    if (level < levels.length - 1) return [];
    return levels[level].streams?.includes('outputWidth') ? [S, R, Q, N, C, K] : [S, R, C, K];
  }
  const needed = neededDimensions(layer, level);
  const { tiles } = levels[level];
  return tiles ? needed.filter((d) => tiles.includes(DIMENSIONS[d])) : needed;
}

/** Dimensions that the operands of a level depend on, in the same order. */
export function neededDimensions({ levels }: MappingContext, level: number): readonly number[] {
  const needed = new Set(levels[level].holds.flatMap((operand) => INDEXED_BY[operand]));
  return GROWTH_ORDER.filter((d) => needed.has(DIMENSIONS[d]));
}
