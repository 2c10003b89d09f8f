import { DIMENSIONS } from '../dimensions.js';
import { C, G, K, N, P, Q, R, S, tileWords, touched, type Held, type LayerOnChip } from './layer-on-chip.js';

/**
 * Orders of a level's loops that differ in what moves: which kind of loop stands innermost, in the middle and outermost.
 * Kinds: 0 runs over what weights do not depend on, 1 over what inputs do not, 2 over what partial sums do not.
 */
export const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;
export const KINDS = [[N, P, Q], [K], [C, R, S]] as const;

/** The tile of a level as its children see it: in one memory, and in all those that take part together. */
export interface Boundary {
  readonly level: number;
  /** Extents in one memory of the level. */
  readonly own: readonly number[];
  /** Extents over all memories of the level that work at a time. */
  readonly joint: readonly number[];
  /** Memories of the level that get the same value of each operand. */
  readonly copies: readonly number[];
}

/** An operand that moves into a level's tiles. */
export interface Moving {
  readonly held: Held;
  readonly boundary: Boundary;
}

export interface BoundaryEnergy {
  readonly energy: number;
  readonly order: number;
  /** Operands that no loop of the level replaces: what they take is decided by loops further out. */
  readonly undecided: readonly Moving[];
}

/**
 * Energy of operands' movement into their tiles over the layer's run, for the best order of the loops around these; an
 * estimate that takes the last tile of a dimension as full wherever it is fetched again.
 *
 * @param tile joint extents that the loops run over, and `outer` those that they reach
 * @param allowed orders to choose from, by their place in ORDERS
 */
export function boundaryEnergy(
  layer: LayerOnChip,
  moving: readonly Moving[],
  tile: readonly number[],
  outer: readonly number[],
  allowed: readonly number[],
  outermost: boolean,
): BoundaryEnergy {
  const { bounds } = layer;
  const trip = (d: number): number => Math.ceil(outer[d] / tile[d]);
  const trips = [trip(N) * trip(P) * trip(Q), trip(K), trip(C) * trip(R) * trip(S)];
  const ungrouped = trip(G) === 1;
  const total = (d: number): number => Math.ceil(bounds[d] / tile[d]);
  const repeats = [total(N) * total(P) * total(Q), total(K), total(C) * total(R) * total(S)];

  const isUndecided = ({ held: { operand } }: Moving): boolean =>
    !outermost && ungrouped && trips.every((count, kind) => kind === operand || count === 1);
  let undecided: readonly Moving[] = NOTHING;
  let decided = moving;
  if (moving.some(isUndecided)) {
    undecided = moving.filter(isUndecided);
    decided = moving.filter((each) => !isUndecided(each));
  }

  let best = Infinity;
  let bestOrder = allowed[0];
  for (const order of allowed) {
    let energy = 0;
    for (const { held, boundary } of decided) {
      const own = held.operand;
      // Loops that the operand does not depend on cost nothing while all loops inside them count one.
      let free = 1;
      let innermost = -1;
      for (const kind of ORDERS[order]) {
        if (kind === own) free *= trips[kind];
        else if (trips[kind] > 1) {
          innermost = kind;
          break;
        }
      }
      const times = Math.max(1, repeats[own] / free);
      if (own === 1) {
        energy += times * inputEnergy(layer, boundary, outer, innermost, held.read, held.fill);
      } else {
        const words = times * volume(own, bounds);
        const everywhere = words * boundary.copies[own];
        energy +=
          own === 0
            ? words * held.read + everywhere * held.fill
            : words * held.write + everywhere * held.drain + againOf(words, own, layer) * (held.read + held.fill);
      }
    }
    if (energy < best) {
      best = energy;
      bestOrder = order;
    }
  }
  return { energy: best, order: bestOrder, undecided };
}

const NOTHING: readonly Moving[] = [];

function againOf(words: number, operand: number, layer: LayerOnChip): number {
  return layer.accelerator.firstPartialSum === 'read' ? words : words - volume(operand, layer.bounds);
}

/** Values of weights or of partial sums in the whole layer. */
function volume(operand: number, bounds: readonly number[]): number {
  return operand === 0
    ? bounds[G] * bounds[K] * bounds[C] * bounds[R] * bounds[S]
    : bounds[G] * bounds[N] * bounds[K] * bounds[P] * bounds[Q];
}

/** Energy of the inputs' movement for one sweep over the layer. */
function inputEnergy(
  layer: LayerOnChip,
  boundary: Boundary,
  outer: readonly number[],
  innermost: number,
  read: number,
  fill: number,
): number {
  const { bounds, stride, dilation, levels } = layer;
  const { own, joint, level } = boundary;
  const keeps = levels[level].keepsOverlap ?? true;
  const rest = bounds[G] * bounds[N] * bounds[C];
  let rows = sweep(P, R, false);
  let columns = sweep(Q, S, false);
  if (keeps && innermost >= 0) {
    // The loop that goes on most often slides the tile on, by as much as it is long.
    const sliding = KINDS[innermost].findLast((d) => Math.ceil(outer[d] / joint[d]) > 1);
    if (sliding === P || sliding === R) rows = sweep(P, R, true);
    if (sliding === Q || sliding === S) columns = sweep(Q, S, true);
  }
  return rest * (rows[0] * columns[0] * read + rows[1] * columns[1] * boundary.copies[1] * fill);

  /** Words along one axis, taken once for all memories and in each of them. */
  function sweep(output: number, kernel: number, slides: boolean): [number, number] {
    const tiles = (d: number): number => Math.ceil(bounds[d] / joint[d]);
    const memories = (joint[output] / own[output]) * (joint[kernel] / own[kernel]);
    const count = (bounds[output] / joint[output]) * (bounds[kernel] / joint[kernel]);
    if (!slides) {
      return [
        tiles(output) === 1 && tiles(kernel) === 1
          ? touched(bounds[output], bounds[kernel], stride, dilation)
          : touched(joint[output], joint[kernel], stride, dilation) * count,
        memories * touched(own[output], own[kernel], stride, dilation) * count,
      ];
    }
    const sweeps = (bounds[output] / outer[output]) * (bounds[kernel] / outer[kernel]);
    if (Math.ceil(outer[output] / joint[output]) > 1) {
      const otherTiles = outer[kernel] / joint[kernel];
      const ratio = joint[output] / own[output];
      const whole = touched(outer[output], joint[kernel], stride, dilation) * otherTiles * sweeps;
      const alone =
        ratio === 1
          ? touched(outer[output], own[kernel], stride, dilation) * (joint[kernel] / own[kernel]) * otherTiles * sweeps
          : memories * touched(own[output], own[kernel], stride, dilation) * count;
      return [ratio === 1 ? whole : touched(joint[output], joint[kernel], stride, dilation) * count, alone];
    }
    const otherTiles = outer[output] / joint[output];
    return [
      touched(joint[output], outer[kernel], stride, dilation) * otherTiles * sweeps,
      memories * touched(own[output], own[kernel], stride, dilation) * count,
    ];
  }
}

/** Whether a level's own tile fits it. */
export function fits(layer: LayerOnChip, level: number, own: readonly number[]): boolean {
  const { words, holds, streams, wordBits } = layer.levels[level];
  if (words === undefined) return true;
  const tile = streams ? own.map((extent, d) => (streams.includes(DIMENSIONS[d]) ? 1 : extent)) : own;
  let sum = 0;
  for (const operand of holds) {
    const place = OPERAND_PLACE[operand];
    const taken = (tileWords(place, tile, layer) * layer.accelerator.bits[operand]) / wordBits;
    if (typeof words !== 'number' && taken > (words[operand] ?? Infinity)) return false;
    sum += taken;
  }
  return typeof words !== 'number' || sum <= words;
}

const OPERAND_PLACE = { weights: 0, inputs: 1, partialSums: 2 } as const;
