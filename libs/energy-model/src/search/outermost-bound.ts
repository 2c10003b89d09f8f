import { boundaryEnergy, movingInto, tripsOver, type Moving } from './boundary-energy.js';
import { ALL, G, tileWords, type Held, type LayerOnChip } from './layer-on-chip.js';
import { EVERY_ORDER } from './loop-orders.js';
import { spreadLayer } from './spread-layer.js';
import { GROWTH_ORDER, LARGEST, tileGrowths } from './tile-growths.js';
import { DIMENSIONS, INDEXED_BY } from '../dimensions.js';

/**
 * The least that moving to and from the outermost level can take, whatever happens further inside: for the best tile that
 * fits the outermost level on the chip, were every operand that comes straight from outside to find room there.
 */
export function leastOutermostEnergy(layer: LayerOnChip): number {
  const first = 1;
  if (first >= layer.arrayAt) return 0;
  const { levels, bounds, arrayAt } = layer;
  const ones = ALL.map(() => 1);
  const alone = spreadLayer(
    layer,
    layer.accelerator.array.map(() => ones),
  );
  const direct = outermostOnly(layer).filter(({ level }) => level <= arrayAt);
  const needed = new Set(levels[first].holds.flatMap((operand) => INDEXED_BY[operand]));
  const growing = GROWTH_ORDER.filter((d) => needed.has(DIMENSIONS[d]));
  // What the level's operands do not depend on takes no room there.
  const inside = bounds.map((bound, d) => (d === G || growing.includes(d) ? 1 : bound));
  let least = Infinity;
  tileGrowths(layer, first, growing, inside, ones, ones, LIMITS, true, (growth) => {
    const tile = inside.map((extent, d) => extent * growth[d]);
    const trips = tripsOver(bounds, tile, ones);
    const moving = direct.flatMap(({ held }): Moving[] => movingInto(layer, first, alone, tile, [held]));
    // What the memories further inside cannot hold all of does not wait there for other tiles.
    const stays = moving.filter((_, i) => tileWords(direct[i].held.operand, tile, layer) <= direct[i].room);
    const passes = moving.filter((each) => !stays.includes(each));
    const passing = passes.reduce((sum, { energy, repeats, saved }) => sum + energy * repeats - saved, 0);
    for (const order of EVERY_ORDER) least = Math.min(least, passing + boundaryEnergy(layer, stays, trips, order));
  });
  return Number.isFinite(least) ? SLACK * least : 0;
}

/**
 * Operands that come straight from the outermost level: with what moving them takes there, and nowhere else, and the
 * values that all memories of their level together hold.
 */
function outermostOnly(layer: LayerOnChip): { level: number; held: Held; room: number }[] {
  const { accelerator, rooms, shares } = layer;
  return layer.held.flatMap((all, level) =>
    all
      .filter(({ parent }) => parent === 0)
      .map((held) => {
        const memories = accelerator.array.reduce(
          (product, { size }, axis) => (shares[level][axis] ? product : product * size),
          1,
        );
        const room = rooms[level];
        const words =
          room === undefined
            ? Infinity
            : Math.min(room.shared, room.each[held.operand]) / room.wordsPerValue[held.operand];
        return { level, held: { ...held, fill: 0, drain: 0 }, room: words * memories };
      }),
  );
}

/** The same operands with what moving them takes on the chip alone. */
export function withoutOutermost(held: readonly Held[]): Held[] {
  return held.map((each) => (each.parent === 0 ? { ...each, read: 0, write: 0 } : each));
}

const LIMITS = [1, 8, 8, 6, 16, LARGEST, LARGEST, LARGEST];
/** Some sizes of tiles are left out, so a little is left for what they might save. */
const SLACK = 0.98;
