import type { Accelerator, Dataflow } from './accelerator.js';
import { DIMENSIONS, INDEXED_BY } from './dimensions.js';
import { EnergyModelError } from './energy-model-error.js';
import type { LayerShape } from './layer-shape.js';
import type { Loop, Mapping, SpatialLoop } from './mapping.js';
import { boundaryEnergy, KINDS, ORDERS, type Boundary, type Moving } from './search/boundary-energy.js';
import { ALL, C, G, K, layerOnChip, N, Q, R, S, type LayerOnChip } from './search/layer-on-chip.js';
import { spatialUnrollings, type Unrolling } from './search/spatial-unrollings.js';
import { GROWTH_ORDER, tileGrowths } from './search/tile-growths.js';

/**
 * Finds the mapping that moves a dense layer with the least energy under the chip's dataflow, from the array outwards:
 * for each way to spread the layer over the array, tiles of each memory level in turn. A branch is left as soon as what
 * it takes so far, and the least that the levels further out can take, is more than the best mapping known.
 *
 * @throws EnergyModelError when the chip's memories are too small for any mapping of the layer
 */
export function searchMapping(shape: LayerShape, batch: number, accelerator: Accelerator): Mapping {
  const layer = layerOnChip(shape, batch, accelerator);
  const search = new Search(layer);
  const best = search.best();
  if (!best) {
    const level = search.tooSmall();
    throw new EnergyModelError(
      `${accelerator.name} has no mapping for layer ${shape.name}: level ${level.name} ` +
        `(${JSON.stringify(level.words)} words) cannot hold the smallest tile of ${level.holds.join(', ')}`,
    );
  }
  return toMapping(best, layer);
}

/** A mapping as the search builds it, from the innermost level outwards. */
interface Branch {
  readonly unrolling: Unrolling;
  /** For each level: iterations of each dimension, and the order of the kinds. */
  readonly growths: readonly (readonly number[])[];
  readonly orders: readonly number[];
  /** Temporal extents inside the outermost level that has been decided. */
  readonly inside: readonly number[];
  /** Of what has been decided so far. */
  readonly energy: number;
  readonly undecided: readonly Moving[];
}

class Search {
  #best: Branch | undefined;
  #leastEnergy = Infinity;
  readonly #layer: LayerOnChip;
  /** The least energy that the levels outside each level can take, whatever is inside. */
  readonly #leastOutside: number[];
  #deepest: number;

  constructor(layer: LayerOnChip) {
    this.#layer = layer;
    this.#deepest = layer.levels.length - 1;
    this.#leastOutside = this.#lowerBounds();
  }

  best(): Branch | undefined {
    const { levels } = this.#layer;
    const starts = spatialUnrollings(this.#layer).map((unrolling) => {
      const energy = macSideEnergy(this.#layer, unrolling);
      return { unrolling, growths: [], orders: [], inside: ALL.map(() => 1), energy, undecided: [] };
    });
    // The elements' tiles are few: all of them are drawn up before the dear levels are looked into.
    const onArray = starts.flatMap((start) => this.#grown(start, levels.length - 1, this.#layer.arrayAt));
    onArray.sort((a, b) => a.energy - b.energy);
    for (const branch of onArray) {
      if (this.#hopeless(branch, this.#layer.arrayAt)) break;
      this.#descend(branch, this.#layer.arrayAt - 1);
    }
    return this.#best;
  }

  /** The level that stopped the search, when it found nothing. */
  tooSmall(): LayerOnChip['levels'][number] {
    return this.#layer.levels[this.#deepest];
  }

  #hopeless(branch: Branch, level: number): boolean {
    return branch.energy + this.#leastOutside[level] >= this.#leastEnergy;
  }

  /** Extends a branch by tiles of all levels from `level` out to `last`. */
  #grown(branch: Branch, level: number, last: number): Branch[] {
    if (level < last) return [branch];
    return this.#children(branch, level).flatMap((child) => this.#grown(child, level - 1, last));
  }

  #descend(branch: Branch, level: number): void {
    if (level === 0) {
      const whole = this.#close(branch);
      if (whole.energy < this.#leastEnergy) {
        this.#leastEnergy = whole.energy;
        this.#best = whole;
      }
      return;
    }
    const children = this.#children(branch, level);
    if (level === 1) {
      for (const child of children) if (!this.#hopeless(child, 1)) this.#descend(child, 0);
      return;
    }
    children.sort((a, b) => a.energy - b.energy);
    for (const child of children.slice(0, WIDTH)) {
      if (this.#hopeless(child, level)) return;
      this.#descend(child, level - 1);
    }
  }

  #children(branch: Branch, level: number): Branch[] {
    const layer = this.#layer;
    this.#deepest = Math.min(this.#deepest, level);
    const spread = spreadOf(branch.unrolling);
    const shared = spreadOf(branch.unrolling.filter((_, axis) => layer.shares[level][axis]));
    const tile = branch.inside.map((extent, d) => Math.min(layer.bounds[d], extent * spread[d]));
    const moving = movingInto(layer, level + 1, branch);
    const allowed = allowedOrders(layer, level, branch.inside);
    const children: Branch[] = [];
    tileGrowths(
      layer,
      level,
      growingDimensions(layer, level),
      branch.inside,
      spread,
      shared,
      (d) => (level >= layer.arrayAt ? ELEMENT_LIMIT[d] : BUFFER_LIMIT[d]),
      (growth) => {
        const inside = branch.inside.map((extent, d) => extent * growth[d]);
        const outer = inside.map((extent, d) => Math.min(layer.bounds[d], extent * spread[d]));
        const moved = boundaryEnergy(layer, moving, tile, outer, allowed, false);
        const energy = branch.energy + moved.energy;
        if (energy + this.#leastOutside[level] >= this.#leastEnergy) return;
        children.push({
          unrolling: branch.unrolling,
          growths: [[...growth], ...branch.growths],
          orders: [moved.order, ...branch.orders],
          inside,
          energy,
          undecided: moved.undecided.map((each) => ({
            ...each,
            boundary: { ...each.boundary, joint: outer },
          })),
        });
      },
    );
    return children;
  }

  /** Adds the outermost level's loops: they run over what is left. */
  #close(branch: Branch): Branch {
    const layer = this.#layer;
    const spread = spreadOf(branch.unrolling);
    const moved = boundaryEnergy(
      layer,
      movingInto(layer, 1, branch),
      branch.inside.map((extent, d) => Math.min(layer.bounds[d], extent * spread[d])),
      layer.bounds,
      allowedOrders(layer, 0, branch.inside),
      true,
    );
    return {
      ...branch,
      growths: [layer.bounds.map((bound, d) => Math.ceil(bound / (branch.inside[d] * spread[d]))), ...branch.growths],
      orders: [moved.order, ...branch.orders],
      energy: branch.energy + moved.energy,
    };
  }

  /** For each level by itself, what the tile that suits it best would take, were all levels inside it free to choose. */
  #lowerBounds(): number[] {
    const layer = this.#layer;
    const ones = ALL.map(() => 1);
    const none: Unrolling = layer.accelerator.array.map(() => ones);
    const least = layer.levels.map((_, level) => {
      if (level === 0 || level >= layer.arrayAt) return 0;
      let lowest = Infinity;
      tileGrowths(
        layer,
        level,
        neededDimensions(layer, level),
        ones,
        ones,
        ones,
        (d) => BUFFER_LIMIT[d],
        (growth) => {
          const branch = { unrolling: none, growths: [], orders: [], inside: growth, energy: 0, undecided: [] };
          const moving = movingInto(layer, level, branch);
          const { energy } = boundaryEnergy(layer, moving, growth, layer.bounds, EVERY_ORDER, true);
          lowest = Math.min(lowest, energy);
        },
      );
      return lowest;
    });
    // Bounds are searched on a coarser grid than tiles, so a little is left for what it misses.
    return least.map((_, level) => SLACK * least.slice(1, level + 1).reduce((sum, energy) => sum + energy, 0));
  }
}

const EVERY_ORDER = ORDERS.map((_, i) => i);
/** How many tiles of a level that is not the outermost are looked into. */
const WIDTH = 12;
const SLACK = 0.97;
/** How many sizes of a tile are tried along each dimension. */
const BUFFER_LIMIT = [1, 8, 1000, 6, 16, 3, 2, 2];
const ELEMENT_LIMIT = [1, 3, 1000, 40, 3, 3, 2, 2];

const STATIONARY_ORDERS: Readonly<Record<Dataflow, readonly number[]>> = {
  'row-stationary': [0, 1],
  'weight-stationary': [0, 1],
  'input-stationary': [2, 3],
  'output-stationary': [4, 5],
  'no-local-reuse': EVERY_ORDER,
  free: EVERY_ORDER,
};

/** Orders that the dataflow leaves for the loops at a level. Those just outside the elements' memories decide what stays in them. */
function allowedOrders(
  { arrayAt, accelerator, levels }: LayerOnChip,
  level: number,
  inside: readonly number[],
): readonly number[] {
  if (level < arrayAt - 1 || arrayAt === levels.length) return EVERY_ORDER;
  // A row that is in the elements whole can wait there for any loop.
  if (accelerator.dataflow === 'row-stationary' && inside[Q] > 1) return EVERY_ORDER;
  return STATIONARY_ORDERS[accelerator.dataflow];
}

function growingDimensions({ arrayAt, accelerator, levels }: LayerOnChip, level: number): readonly number[] {
  if (accelerator.dataflow === 'row-stationary' && level >= arrayAt) {
    if (level < levels.length - 1) return [];
    return levels[level].streams?.includes('outputWidth') ? [S, R, Q, N, C, K] : [S, R, C, K];
  }
  const needed = neededDimensions({ levels }, level);
  const { tiles } = levels[level];
  return tiles ? needed.filter((d) => tiles.includes(DIMENSIONS[d])) : needed;
}

function neededDimensions({ levels }: Pick<LayerOnChip, 'levels'>, level: number): readonly number[] {
  const needed = new Set(levels[level].holds.flatMap((operand) => INDEXED_BY[operand]));
  return GROWTH_ORDER.filter((d) => needed.has(DIMENSIONS[d]));
}

function spreadOf(unrolling: Unrolling): number[] {
  return ALL.map((d) => unrolling.reduce((product, counts) => product * counts[d], 1));
}

/** What moves into the tiles of a level, and what of the levels inside is not decided yet. */
function movingInto(layer: LayerOnChip, level: number, branch: Branch): Moving[] {
  if (level >= layer.levels.length) return [];
  const boundary = boundaryOf(layer, level, branch);
  return [...layer.held[level].map((held) => ({ held, boundary })), ...branch.undecided];
}

function boundaryOf(layer: LayerOnChip, level: number, branch: Branch): Boundary {
  const { unrolling, inside } = branch;
  const spread = spreadOf(unrolling);
  const shared = spreadOf(unrolling.filter((_, axis) => layer.shares[level][axis]));
  return {
    level,
    own: inside.map((extent, d) => extent * shared[d]),
    joint: inside.map((extent, d) => Math.min(layer.bounds[d], extent * spread[d])),
    copies: KINDS.map((dimensions) => dimensions.reduce<number>((product, d) => (product * spread[d]) / shared[d], 1)),
  };
}

/** Energy of the MACs' own accesses, which follow from the array alone. */
function macSideEnergy({ bounds, macSide, shares }: LayerOnChip, unrolling: Unrolling): number {
  const macs = bounds.reduce((product, bound) => product * bound, 1);
  return macSide.reduce((sum, { level, energy }, operand) => {
    const shared = spreadOf(unrolling.filter((_, axis) => shares[level][axis]));
    const served = KINDS[operand].reduce<number>((product, d) => product * shared[d], 1);
    return sum + (energy * macs) / served;
  }, 0);
}

function toMapping(branch: Branch, layer: LayerOnChip): Mapping {
  const { levels, accelerator, bounds, arrayAt } = layer;
  const names = levels.map(({ name }) => name);
  const temporal: Record<string, Loop[]> = {};
  names.forEach((name, level) => {
    const innermostFirst = ORDERS[branch.orders[level]].flatMap((kind) => [...KINDS[kind]].reverse());
    temporal[name] = [G, ...innermostFirst.reverse()]
      .filter((d) => branch.growths[level][d] > 1)
      .map((d) => ({ dimension: DIMENSIONS[d], count: branch.growths[level][d] }));
  });
  const spatial: SpatialLoop[] = branch.unrolling.flatMap((counts, axis) =>
    ALL.filter((d) => counts[d] > 1).map((d) => ({
      axis: accelerator.array[axis].name,
      dimension: DIMENSIONS[d],
      count: counts[d],
    })),
  );
  return trimmed({ temporal, spatial }, bounds, names, arrayAt);
}

/** Shortens the outermost loop over each dimension to what it has to cover. */
function trimmed(mapping: Mapping, bounds: readonly number[], names: readonly string[], arrayAt: number): Mapping {
  const loops = [
    ...names.slice(0, arrayAt).flatMap((name) => mapping.temporal[name]),
    ...mapping.spatial,
    ...names.slice(arrayAt).flatMap((name) => mapping.temporal[name]),
  ];
  const replaced = new Map<Loop, Loop>();
  DIMENSIONS.forEach((dimension, d) => {
    let left = bounds[d];
    let stride = loops.reduce((product, loop) => (loop.dimension === dimension ? product * loop.count : product), 1);
    for (const loop of loops) {
      if (loop.dimension !== dimension) continue;
      stride /= loop.count;
      const count = Math.min(loop.count, Math.ceil(left / stride));
      if (count !== loop.count) replaced.set(loop, { ...loop, count });
      if (count > 1) break;
      left = Math.min(left, stride);
    }
  });
  const swap = <T extends Loop>(list: readonly T[]): T[] =>
    list.map((loop) => (replaced.get(loop) as T | undefined) ?? loop).filter(({ count }) => count > 1);
  return {
    temporal: Object.fromEntries(Object.entries(mapping.temporal).map(([name, list]) => [name, swap(list)])),
    spatial: swap(mapping.spatial),
  };
}
