import type { Accelerator } from '../accelerator.js';
import { OPERANDS } from '../dimensions.js';
import { EnergyModelError } from '../energy-model-error.js';
import type { LayerShape } from '../layer-shape.js';
import type { Mapping } from '../mapping.js';
import {
  bounded,
  boundaryEnergy,
  isUndecided,
  movingInto,
  multiplied,
  passedOn,
  tripsOfKinds,
  tripsOver,
  type Moving,
} from './boundary-energy.js';
import { branchMapping, type Branch } from './branch.js';
import { growingDimensions } from './growing-dimensions.js';
import { ALL, G, mappingContext, Q, wordsTaken, type Held, type MappingContext } from './mapping-context.js';
import { EVERY_ORDER, STATIONARY_ORDERS } from './loop-orders.js';
import { leastOutermostEnergy, withoutOutermost } from './outermost-bound.js';
import { unrollLayer, distinctUnrollings } from './unroll-layer.js';
import { tileGrowths } from './tile-growths.js';

/**
 * Finds the mapping that moves a dense layer with the least energy under the chip's dataflow, from
 * the array outwards: for each way to spread the layer over the array, tiles of each memory level
 * in turn. A branch is left as soon as what it takes so far, and the least that the levels further
 * out can take, is more than the best mapping known.
 *
 * @throws EnergyModelError when the chip's memories are too small for any mapping of the layer
 */
export function searchMapping(shape: LayerShape, batch: number, accelerator: Accelerator): Mapping {
  const layer = mappingContext(shape, batch, accelerator);
  const search = new Search(layer);
  const best = search.best();
  if (!best) {
    throw new EnergyModelError(
      `${accelerator.name} has no mapping for layer ${shape.name}: ${tooSmall(layer, search.outermostReached)}`,
    );
  }
  return branchMapping(best, layer);
}

/** What a level that cannot hold the smallest tile has, and what it needs at least. */
function tooSmall(layer: MappingContext, at: number): string {
  const { name, holds, words } = layer.levels[at];
  const [least] = distinctUnrollings(layer)
    .map(({ shared }) => wordsTaken(layer, at, smallestTile(layer, at, shared[at])))
    .sort((a, b) => total(a) - total(b));
  const needed = OPERANDS.flatMap((operand, o) => (least[o] > 0 ? [`${Math.ceil(least[o])} of ${operand}`] : []));
  return (
    `level ${name} (${JSON.stringify(words)} words) cannot hold the smallest tile of ${holds.join(', ')}, ` +
    `which takes ${Math.ceil(total(least))} words (${needed.join(', ')}); give it more words, or the array fewer elements`
  );
}

/** Of a level: what the elements that it serves work on at once. */
function smallestTile(layer: MappingContext, at: number, shared: readonly number[]): number[] {
  const streams = layer.rooms[at]?.streams ?? [];
  return bounded([...shared], layer.bounds).map((extent, d) => (streams.includes(d) ? 1 : extent));
}

const total = (words: readonly number[]): number => words.reduce((sum, each) => sum + each, 0);

class Search {
  /**
   * The level furthest out that tiles were tried for: the one that is too small, when nothing is
   * found.
   */
  outermostReached: number;
  #best: Branch | undefined;
  #leastEnergy = Infinity;
  /** Mappings that were completed. */
  #closed = 0;
  readonly #layer: MappingContext;
  /** The least energy that moving into each level's tiles can take, whatever is inside them. */
  readonly #leastAt: readonly number[];
  /** The same without what the outermost level takes; and what that can take at least. */
  readonly #leastOnChipAt: readonly number[];
  readonly #leastOutermost: number;
  /** For each level, the dimensions in which its tiles may grow. */
  readonly #growing: readonly (readonly number[])[];

  constructor(layer: MappingContext) {
    this.#layer = layer;
    this.outermostReached = layer.levels.length - 1;
    this.#growing = layer.levels.map((_, level) => growingDimensions(layer, level));
    this.#leastAt = layer.levels.map((_, level) => this.#compulsoryEnergyAt(level, layer.held[level]));
    this.#leastOnChipAt = layer.levels.map((_, level) =>
      this.#compulsoryEnergyAt(level, withoutOutermost(layer.held[level])),
    );
    this.#leastOutermost = leastOutermostEnergy(layer);
  }

  best(): Branch | undefined {
    const { levels, arrayAt } = this.#layer;
    // The elements' tiles are few: all of them are drawn up before the dear levels are looked into.
    const onArray = distinctUnrollings(this.#layer)
      .map((spread): Branch => {
        const inside = ALL.map(() => 1);
        return { spread, growths: [], orders: [], inside, energy: spread.macSideEnergy, moving: [] };
      })
      .flatMap((start) => this.#grown(start, levels.length - 1))
      .map((branch) => ({ branch, least: branch.energy + this.#leastAround(branch) }));
    onArray.sort((a, b) => a.least - b.least);
    for (const { branch, least } of onArray.slice(0, ARRAY_WIDTH)) {
      if (least >= this.#leastEnergy) break;
      this.#descend(branch, arrayAt - 1);
    }
    return this.#best;
  }

  /** Extends a branch by tiles of all the elements' levels from `level` outwards. */
  #grown(branch: Branch, level: number): Branch[] {
    if (level < this.#layer.arrayAt) return [branch];
    const children: Branch[] = [];
    this.#eachChild(branch, level, (child) => children.push(child));
    return children.flatMap((child) => this.#grown(child, level - 1));
  }

  #descend(branch: Branch, level: number): void {
    if (level === 0) {
      this.#close(branch);
      return;
    }
    if (level === 1) {
      this.#eachChild(branch, level, (child) => this.#close(child));
      return;
    }
    const children: { branch: Branch; least: number }[] = [];
    this.#eachChild(branch, level, (child) =>
      children.push({ branch: child, least: child.energy + this.#leastOutside(child, level) }),
    );
    children.sort((a, b) => a.least - b.least);
    // Those whose tiles no level further out can hold do not count.
    let looked = 0;
    for (const child of children) {
      if (looked === WIDTH || child.least >= this.#leastEnergy) return;
      const before = this.#closed;
      this.#descend(child.branch, level - 1);
      if (this.#closed > before) looked++;
    }
  }

  /** Calls back with each tile of a level that fits and is not hopeless. */
  #eachChild(branch: Branch, level: number, visit: (child: Branch) => void): void {
    const layer = this.#layer;
    const { spread, inside } = branch;
    this.outermostReached = Math.min(this.outermostReached, level);
    const allowed = this.#allowedOrders(level, inside);
    const limits = level >= layer.arrayAt ? ELEMENT_LIMITS : BUFFER_LIMITS;
    // Its own tiles move at least what is compulsory too.
    const outside = this.#sumOfLeast(level + 1);
    const maximal = level === 1 || level >= layer.arrayAt;
    const shared = spread.shared[level];
    tileGrowths(layer, level, this.#growing[level], inside, spread.spread, shared, limits, maximal, (growth) => {
      const ofKind = tripsOfKinds(growth);
      let undecided = NONE;
      let decided = branch.moving;
      // Most loops go on in two kinds at least, and then nothing is left open.
      if (growth[G] === 1 && ofKind.filter((count) => count > 1).length < 2) {
        undecided = branch.moving.filter((each) => isUndecided(each, growth[G], ofKind));
        decided = branch.moving.filter((each) => !undecided.includes(each));
      }
      const { energy, order } = this.#bestOrder(decided, growth, allowed);
      if (branch.energy + energy + outside >= this.#leastEnergy) return;
      const grown = multiplied(inside, growth);
      const moving = movingInto(layer, level, spread, grown);
      if (undecided.length > 0) {
        const joint = bounded(multiplied(grown, spread.spread), layer.bounds);
        for (const each of undecided) moving.push(passedOn(layer, each, joint));
      }
      visit({
        spread,
        growths: [[...growth], ...branch.growths],
        orders: [order, ...branch.orders],
        inside: grown,
        energy: branch.energy + energy,
        moving,
      });
    });
  }

  /**
   * Adds the outermost level's loops, which run over what is left, and keeps the mapping if it is
   * the best.
   */
  #close(branch: Branch): void {
    const { bounds } = this.#layer;
    const { spread, inside, moving } = branch;
    this.#closed++;
    const trips = tripsOver(bounds, inside, spread.spread);
    const { energy, order } = this.#bestOrder(moving, trips, this.#allowedOrders(0, inside));
    if (branch.energy + energy >= this.#leastEnergy) return;
    this.#leastEnergy = branch.energy + energy;
    this.#best = {
      ...branch,
      growths: [trips, ...branch.growths],
      orders: [order, ...branch.orders],
      energy: this.#leastEnergy,
    };
  }

  #bestOrder(
    moving: readonly Moving[],
    trips: readonly number[],
    allowed: readonly number[],
  ): { energy: number; order: number } {
    let best = moving.length === 0 ? 0 : Infinity;
    let bestOrder = allowed[0];
    if (moving.length > 0) {
      const ofKind = tripsOfKinds(trips);
      for (const order of allowed) {
        const energy = boundaryEnergy(this.#layer, moving, trips, ofKind, order);
        if (energy < best) {
          best = energy;
          bestOrder = order;
        }
      }
    }
    return { energy: best, order: bestOrder };
  }

  #allowedOrders(level: number, inside: readonly number[]): readonly number[] {
    const { arrayAt, accelerator, levels } = this.#layer;
    if (level < arrayAt - 1 || arrayAt === levels.length) return EVERY_ORDER;
    // A row that is in the elements whole can wait there for any loop.
    if (accelerator.dataflow === 'row-stationary' && inside[Q] > 1) return EVERY_ORDER;
    return STATIONARY_ORDERS[accelerator.dataflow];
  }

  /** The least that what a branch has left undecided, and the levels outside `level`, can take. */
  #leastOutside(branch: Branch, level: number): number {
    const { bounds } = this.#layer;
    const { spread, inside, moving } = branch;
    // All loops that are left at one level, in the order that suits best: no choice of tiles can do
    // better.
    const trips = tripsOver(bounds, inside, spread.spread);
    return this.#bestOrder(moving, trips, this.#allowedOrders(level - 1, inside)).energy + this.#sumOfLeast(level);
  }

  /** The least that a branch which reaches to the array's edge can still take. */
  #leastAround(branch: Branch): number {
    const { arrayAt, bounds, held } = this.#layer;
    const { spread, inside, moving } = branch;
    if (arrayAt >= held.length || moving.length !== held[arrayAt].length || this.#leastOutermost === 0) {
      return this.#leastOutside(branch, arrayAt);
    }
    // Apart: what moves on the chip, for these tiles; and what comes from outside it, for any.
    const onChip = movingInto(this.#layer, arrayAt, spread, inside, withoutOutermost(held[arrayAt]));
    const trips = tripsOver(bounds, inside, spread.spread);
    const { energy } = this.#bestOrder(onChip, trips, this.#allowedOrders(arrayAt - 1, inside));
    return energy + this.#sumOfLeast(arrayAt, this.#leastOnChipAt) + this.#leastOutermost;
  }

  #sumOfLeast(level: number, leastAt = this.#leastAt): number {
    let sum = 0;
    for (let outside = 1; outside < level; outside++) sum += leastAt[outside];
    return sum;
  }

  /** What a level takes that could hold everything: each value moves once. */
  #compulsoryEnergyAt(level: number, held: readonly Held[]): number {
    const layer = this.#layer;
    if (level === 0 || level >= layer.arrayAt) return 0;
    const ones = layer.accelerator.array.map(() => ALL.map(() => 1));
    return movingInto(layer, level, unrollLayer(layer, ones), layer.bounds, held).reduce(
      (sum, { energy, saved }) => sum + energy - saved,
      0,
    );
  }
}

const NONE: readonly Moving[] = [];

/** How many tilings of the elements, and of a level that is not the outermost, are looked into. */
const ARRAY_WIDTH = 2000;
const WIDTH = 24;
/**
 * How many sizes of a tile are tried along each dimension, in the order of DIMENSIONS; of the last
 * that grows, all.
 */
const BUFFER_LIMITS = [1, 8, 16, 8, 16, 5, 2, 2];
const ELEMENT_LIMITS = [1, 3, 8, 16, 3, 3, 2, 2];
