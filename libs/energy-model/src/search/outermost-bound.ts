import { movingInto, multiplied, tripsOfKinds, tripsOver } from './boundary-energy.js';
import { neededDimensions } from './growing-dimensions.js';
import { ALL, G, P, Q, R, S, tileWords, touched, type Held, type MappingContext } from './mapping-context.js';
import { ORDERS } from './loop-orders.js';
import { unrollLayer } from './unroll-layer.js';
import { LARGEST, tileGrowths } from './tile-growths.js';

/**
 * The least that moving to and from the outermost level can take, whatever happens further inside:
 * for the best tile that fits the outermost level on the chip, were every operand that comes
 * straight from outside to find room there.
 */
export function leastOutermostEnergy(layer: MappingContext): number {
  const first = 1;
  if (first >= layer.arrayAt) return 0;
  const { bounds, stride, dilation } = layer;
  const direct = outermostOnly(layer);
  const growing = neededDimensions(layer, first);
  const ones = ALL.map(() => 1);
  // What the level's operands do not depend on takes no room there.
  const inside = bounds.map((bound, d) => (d === G || growing.includes(d) ? 1 : bound));
  const rowsOf = (output: number, kernel: number, tile: readonly number[]): number =>
    (touched(tile[output], tile[kernel], stride, dilation) * bounds[output] * bounds[kernel]) /
    (tile[output] * tile[kernel]);
  const allRows = rowsOf(P, R, bounds) * rowsOf(Q, S, bounds);
  let least = Infinity;
  tileGrowths(layer, first, growing, inside, ones, ones, LIMITS, true, (growth) => {
    const tile = multiplied(inside, growth);
    const trips = tripsOver(bounds, tile, ones);
    const ofKind = tripsOfKinds(trips);
    const overlap = (rowsOf(P, R, tile) * rowsOf(Q, S, tile)) / allRows;
    let passing = 0;
    const staying: Direct[] = [];
    for (const each of direct) {
      const once = each.operand === 1 ? each.once * Math.max(1, overlap) : each.once;
      // What the memories further inside cannot hold all of does not wait there for other tiles.
      if (tileWords(each.operand, tile, layer) > each.room) passing += once * ofKind[each.operand] - each.saved;
      else staying.push({ ...each, once });
    }
    for (const kinds of ORDERS) {
      let sum = passing;
      for (const { operand, once, saved } of staying) {
        const stays =
          kinds[0] === operand || (ofKind[kinds[0]] === 1 && (kinds[1] === operand || ofKind[kinds[1]] === 1));
        sum += once * (stays ? 1 : ofKind[operand]) - saved;
      }
      if (sum < least) least = sum;
    }
  });
  return Number.isFinite(least) ? SLACK * least : 0;
}

interface Direct {
  readonly operand: number;
  /**
   * Energy at the outermost level of moving all of it once, and what of it a first visit to partial
   * sums saves.
   */
  readonly once: number;
  readonly saved: number;
  /** Values that all memories of its level together hold. */
  readonly room: number;
}

/** Operands that come straight from the outermost level into the array's edge or before it. */
function outermostOnly(layer: MappingContext): Direct[] {
  const { accelerator, bounds, rooms, shares, arrayAt } = layer;
  const alone = unrollLayer(
    layer,
    accelerator.array.map(() => ALL.map(() => 1)),
  );
  return layer.held.slice(0, arrayAt + 1).flatMap((all, level) =>
    all
      .filter(({ parent }) => parent === 0)
      .map((held): Direct => {
        const memories = accelerator.array.reduce(
          (product, { size }, axis) => (shares[level][axis] ? product : product * size),
          1,
        );
        const room = rooms[level];
        const values =
          room === undefined
            ? Infinity
            : Math.min(room.shared, room.each[held.operand]) / room.wordsPerValue[held.operand];
        const [moving] = movingInto(layer, level, alone, bounds, [{ ...held, fill: 0, drain: 0 }]);
        return { operand: held.operand, once: moving.energy, saved: moving.saved, room: values * memories };
      }),
  );
}

/** The same operands with what moving them takes on the chip alone. */
export function withoutOutermost(held: readonly Held[]): Held[] {
  return held.map((each) => (each.parent === 0 ? { ...each, read: 0, write: 0 } : each));
}

const LIMITS = [1, 8, 8, 6, 16, LARGEST, LARGEST, LARGEST];
/** Some sizes of tiles are left out, so a little is left for what they might save. */
const SLACK = 0.995;
