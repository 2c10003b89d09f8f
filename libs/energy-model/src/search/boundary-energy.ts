import { C, G, K, N, P, Q, R, S, touched, type Held, type MappingContext } from './mapping-context.js';
import { KINDS, ORDERS } from './loop-orders.js';
import type { UnrolledLayer } from './unroll-layer.js';

/** An operand on its way into the tiles of a level. */
export interface Moving {
  readonly held: Held;
  readonly keepsOverlap: boolean;
  /** Extents of the tile in one memory, and over all memories of the level that work at a time. */
  readonly own: readonly number[];
  readonly joint: readonly number[];
  readonly copies: number;
  /** How often the loops that the operand does not depend on come back to a tile. */
  readonly repeats: number;
  /** Energy of moving everything once, and what of it a first visit to partial sums saves. */
  readonly energy: number;
  readonly saved: number;
}

/** What moves into the tiles of a level, whose temporal extents are `inside`. */
export function movingInto(
  layer: MappingContext,
  level: number,
  { spread, shared, copies }: UnrolledLayer,
  inside: readonly number[],
  heldThere: readonly Held[] = layer.held[level],
): Moving[] {
  const { bounds } = layer;
  const own = multiplied(inside, shared[level]);
  const joint = bounded(multiplied(inside, spread), bounds);
  const keeps = layer.levels[level].keepsOverlap ?? true;
  const moving: Moving[] = [];
  for (const held of heldThere) {
    const { operand, read, fill, write, drain } = held;
    const keepsOverlap = operand === 1 && keeps;
    const same = copies[level][operand];
    const repeats = repeatsOf(layer, operand, joint);
    let energy: number;
    let saved = 0;
    if (operand === 0) {
      energy = bounds[G] * bounds[K] * bounds[C] * bounds[R] * bounds[S] * (read + same * fill);
    } else if (operand === 2) {
      const words = bounds[G] * bounds[N] * bounds[K] * bounds[P] * bounds[Q];
      const again = read + fill;
      energy = words * (write + same * drain + again);
      saved = layer.levels[held.parent].firstPartialSum === 'read' ? 0 : words * again;
    } else {
      energy = inputEnergy(layer, held, own, joint, same, bounds, -1);
    }
    moving.push({ held, keepsOverlap, own, joint, copies: same, repeats, energy, saved });
  }
  return moving;
}

/** Extents times extents, dimension by dimension. */
export function multiplied(a: readonly number[], b: readonly number[]): number[] {
  return [a[0] * b[0], a[1] * b[1], a[2] * b[2], a[3] * b[3], a[4] * b[4], a[5] * b[5], a[6] * b[6], a[7] * b[7]];
}

/** Extents, where they reach beyond the layer those of the layer. */
export function bounded(extents: number[], bounds: readonly number[]): number[] {
  for (let d = 0; d < extents.length; d++) if (extents[d] > bounds[d]) extents[d] = bounds[d];
  return extents;
}

/** Iterations that loops around tiles of these extents take. */
export function tripsOver(bounds: readonly number[], inside: readonly number[], spread: readonly number[]): number[] {
  const trips = multiplied(inside, spread);
  for (let d = 0; d < trips.length; d++) trips[d] = Math.ceil(bounds[d] / trips[d]);
  return trips;
}

/**
 * The same operand, when loops that do not replace it have gone round it: what is left is decided
 * further out.
 */
export function passedOn(layer: MappingContext, moving: Moving, joint: readonly number[]): Moving {
  return { ...moving, joint, repeats: repeatsOf(layer, moving.held.operand, joint) };
}

function repeatsOf({ bounds }: MappingContext, kind: number, joint: readonly number[]): number {
  let repeats = 1;
  for (const d of KINDS[kind]) repeats *= Math.ceil(bounds[d] / joint[d]);
  return repeats;
}

/**
 * Whether no loop of a level replaces the operand, so that what it takes is decided by loops
 * further out.
 */
export function isUndecided({ held: { operand } }: Moving, groups: number, ofKind: readonly number[]): boolean {
  for (let kind = 0; kind < 3; kind++) if (kind !== operand && ofKind[kind] > 1) return false;
  return groups === 1;
}

/** Iterations of each kind's loops together. */
export function tripsOfKinds(trips: readonly number[]): number[] {
  return [tripsOf(0, trips), tripsOf(1, trips), tripsOf(2, trips)];
}

function tripsOf(kind: number, trips: readonly number[]): number {
  return kind === 0 ? trips[N] * trips[P] * trips[Q] : kind === 1 ? trips[K] : trips[C] * trips[R] * trips[S];
}

/**
 * Energy of operands' movement into their tiles over the layer's run, under one order of the loops
 * around these; an estimate that takes the last tile of a dimension as full wherever it is fetched
 * again.
 *
 * @param trips iterations of each dimension's loop at the level, and `ofKind` those of each kind's
 *   loops together
 */
export function boundaryEnergy(
  layer: MappingContext,
  moving: readonly Moving[],
  trips: readonly number[],
  ofKind: readonly number[],
  order: number,
): number {
  const kinds = ORDERS[order];
  let sum = 0;
  for (let m = 0; m < moving.length; m++) {
    const each = moving[m];
    const own = each.held.operand;
    // Loops that the operand does not depend on cost nothing while all loops inside them count one.
    let free = 1;
    let innermost = -1;
    for (let i = 0; i < 3; i++) {
      const kind = kinds[i];
      if (kind === own) free *= ofKind[kind];
      else if (ofKind[kind] > 1) {
        innermost = kind;
        break;
      }
    }
    const times = Math.max(1, each.repeats / free);
    const once =
      each.keepsOverlap && innermost >= 0
        ? inputEnergy(layer, each.held, each.own, each.joint, each.copies, trips, slidingLoop(innermost, trips))
        : each.energy;
    sum += times * once - each.saved;
  }
  return sum;
}

/** The loop of a kind that goes on most often. */
function slidingLoop(kind: number, trips: readonly number[]): number {
  const loops = KINDS[kind];
  for (let i = loops.length - 1; i >= 0; i--) if (trips[loops[i]] > 1) return loops[i];
  return -1;
}

/**
 * Energy of moving all inputs into their tiles once.
 *
 * @param sliding the loop that goes on most often, which slides the tile on by as much as it is
 *   long; −1 if none
 */
function inputEnergy(
  { bounds, stride, dilation }: MappingContext,
  held: Held,
  own: readonly number[],
  joint: readonly number[],
  copies: number,
  trips: readonly number[],
  sliding: number,
): number {
  const rest = bounds[G] * bounds[N] * bounds[C];
  let once = rest;
  let everywhere = rest * copies;
  for (let axis = 0; axis < 2; axis++) {
    const output = axis === 0 ? P : Q;
    const kernel = axis === 0 ? R : S;
    const tiles = (bounds[output] / joint[output]) * (bounds[kernel] / joint[kernel]);
    const memories = (joint[output] / own[output]) * (joint[kernel] / own[kernel]);
    // Sliding tiles fetch what a tile as long as all of them would; in elements that share rows,
    // only alone in time.
    let length = 1;
    let reachedOutputs = joint[output];
    let reachedKernel = joint[kernel];
    if (sliding === output && joint[output] === own[output]) {
      length = trips[output];
      reachedOutputs = Math.min(bounds[output], joint[output] * length);
    } else if (sliding === kernel && joint[kernel] === own[kernel]) {
      length = trips[kernel];
      reachedKernel = Math.min(bounds[kernel], joint[kernel] * length);
    }
    once *= (touched(reachedOutputs, reachedKernel, stride, dilation) * tiles) / length;
    everywhere *=
      (memories *
        touched(
          own[output] * (reachedOutputs / joint[output]),
          own[kernel] * (reachedKernel / joint[kernel]),
          stride,
          dilation,
        ) *
        tiles) /
      length;
  }
  return once * held.read + everywhere * held.fill;
}
