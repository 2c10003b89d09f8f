import { sharesAlong, type Accelerator } from '../accelerator.js';
import { DIMENSIONS, OPERANDS } from '../dimensions.js';
import { EnergyModelError } from '../energy-model-error.js';
import type { LayerShape } from '../layer-shape.js';
import { loopNest, type LoopNest } from './loop-nest.js';
import type { Mapping } from '../mapping.js';
import { mappingContext, wordsTaken } from '../search/mapping-context.js';

/**
 * @throws EnergyModelError when a tile of the mapping is larger than the memory that is to hold it
 */
export function checkCapacity(shape: LayerShape, batch: number, mapping: Mapping, accelerator: Accelerator): void {
  const layer = mappingContext(shape, batch, accelerator);
  const nest = loopNest(shape, batch, mapping, accelerator);
  accelerator.levels.forEach((level, i) => {
    const room = layer.rooms[i];
    if (!room) return;
    const taken = wordsTaken(layer, i, tileExtents(nest, i, accelerator));
    const refuse = (what: string, words: number, of: number): never => {
      throw new EnergyModelError(
        `mapping of layer ${shape.name} on ${accelerator.name}, level ${level.name}: ${what} take ${words} of ${of} words`,
      );
    };
    OPERANDS.forEach((operand, o) => {
      if (taken[o] > room.each[o]) refuse(operand, taken[o], room.each[o]);
    });
    const sum = taken.reduce((total, words) => total + words, 0);
    if (sum > room.shared) refuse(level.holds.join(', '), sum, room.shared);
  });
}

/** Extents of the tile that one memory of a level holds, in the order of DIMENSIONS. */
export function tileExtents({ loops, bounds }: LoopNest, place: number, accelerator: Accelerator): number[] {
  const level = accelerator.levels[place];
  return bounds.map((bound, d) => {
    if (level.streams?.includes(DIMENSIONS[d])) return 1;
    return loops.reduce((extent, loop) => {
      const inside = loop.axis < 0 ? loop.level >= place : sharesAlong(level, accelerator.array[loop.axis].name);
      return loop.dimension === d && inside ? Math.min(bound, extent * loop.count) : extent;
    }, 1);
  });
}
