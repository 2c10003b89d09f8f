import { arrayPosition } from '../traffic/loop-nest.js';
import { sharesAlong, type Accelerator, type MemoryLevel } from '../accelerator.js';
import { DIMENSIONS, OPERANDS, type Operand } from '../dimensions.js';
import { loopBounds, type LayerShape } from '../layer-shape.js';

/** Dimensions by their place in DIMENSIONS. */
export const [G, N, K, C, P, Q, R, S] = [0, 1, 2, 3, 4, 5, 6, 7];
export const ALL = [G, N, K, C, P, Q, R, S];

/** What the search needs of a layer and a chip, worked out once. */
export interface MappingContext {
  readonly accelerator: Accelerator;
  readonly levels: readonly MemoryLevel[];
  readonly bounds: readonly number[];
  readonly stride: number;
  readonly dilation: number;
  /** The level outside which the array's loops stand. */
  readonly arrayAt: number;
  /** For each level, each axis: whether one memory serves the elements along it. */
  readonly shares: readonly (readonly boolean[])[];
  /** For each level, operands that live there. */
  readonly held: readonly (readonly Held[])[];
  /** For each level, how much room its tiles have. */
  readonly rooms: readonly (Room | undefined)[];
  /**
   * For each operand, the level that serves the MACs, and what their accesses take for one value.
   */
  readonly macSide: readonly { readonly level: number; readonly energy: number }[];
}

/**
 * An operand at a level below the outermost: where its values come from, and what moving one of
 * them takes.
 */
export interface Held {
  readonly operand: number;
  readonly parent: number;
  /** Energy of one value leaving the level above, once for all memories that take it. */
  readonly read: number;
  /** Energy of one value arriving in one memory. */
  readonly fill: number;
  /** Of partial sums: energy of one arriving at the level above, and of leaving one memory. */
  readonly write: number;
  readonly drain: number;
}

/**
 * Room in one memory, in words, and the words that one value of each operand takes; 0 of those that
 * do not live there.
 */
export interface Room {
  readonly shared: number;
  readonly each: readonly number[];
  readonly wordsPerValue: readonly number[];
  /** Dimensions whose tiles take the room of one position. */
  readonly streams: readonly number[];
}

export function mappingContext(shape: LayerShape, batch: number, accelerator: Accelerator): MappingContext {
  const { levels, array, bits } = accelerator;
  const perValue = (level: MemoryLevel, operand: Operand): number => bits[operand] / level.wordBits;
  const held = levels.map((level, i) =>
    i === 0
      ? []
      : level.holds.map((operand): Held => {
          const parent = levels.slice(0, i).findLastIndex(({ holds }) => holds.includes(operand));
          const above = perValue(levels[parent], operand);
          const here = perValue(level, operand);
          const transfers = level.chargesTransfers === false ? 0 : 1;
          const wires = (level.network?.energy ?? 0) * here;
          return {
            operand: OPERANDS.indexOf(operand),
            parent,
            read: levels[parent].energy.read * above,
            fill: wires + transfers * level.energy.write * here,
            write: levels[parent].energy.write * above,
            drain: wires + transfers * level.energy.read * here,
          };
        }),
  );
  return {
    accelerator,
    levels,
    bounds: loopBounds(shape, batch),
    stride: shape.stride,
    dilation: shape.dilation ?? 1,
    arrayAt: arrayPosition(accelerator),
    shares: levels.map((level) => array.map(({ name }) => sharesAlong(level, name))),
    held,
    rooms: levels.map((level) => roomOf(level, bits)),
    macSide: OPERANDS.map((operand) => {
      const level = levels.findLastIndex(({ holds }) => holds.includes(operand));
      const { read, write } = levels[level].energy;
      return { level, energy: (operand === 'partialSums' ? read + write : read) * perValue(levels[level], operand) };
    }),
  };
}

function roomOf({ words, holds, wordBits, streams }: MemoryLevel, bits: Accelerator['bits']): Room | undefined {
  if (words === undefined) return undefined;
  return {
    shared: typeof words === 'number' ? words : Infinity,
    each: OPERANDS.map((operand) => (typeof words === 'number' ? Infinity : (words[operand] ?? Infinity))),
    wordsPerValue: OPERANDS.map((operand) => (holds.includes(operand) ? bits[operand] / wordBits : 0)),
    streams: (streams ?? []).map((dimension) => DIMENSIONS.indexOf(dimension)),
  };
}

/** Whether a tile fits one memory of a level. */
export function fits(layer: MappingContext, level: number, tile: readonly number[]): boolean {
  const room = layer.rooms[level];
  if (room === undefined) return true;
  const { shared, each, wordsPerValue, streams } = room;
  const taken = streams.length > 0 ? tile.map((extent, d) => (streams.includes(d) ? 1 : extent)) : tile;
  let sum = 0;
  for (let operand = 0; operand < 3; operand++) {
    if (wordsPerValue[operand] === 0) continue;
    const words = wordsPerValue[operand] * tileWords(operand, taken, layer);
    if (words > each[operand]) return false;
    sum += words;
  }
  return sum <= shared;
}

/**
 * Words that a tile of each operand takes in one memory of a level; none where its room is
 * unbounded.
 */
export function wordsTaken(layer: MappingContext, level: number, tile: readonly number[]): number[] {
  const { wordsPerValue } = layer.rooms[level] ?? { wordsPerValue: [0, 0, 0] };
  return wordsPerValue.map((words, operand) => (words === 0 ? 0 : words * tileWords(operand, tile, layer)));
}

/**
 * Input rows (or columns) that `outputs` neighbouring outputs with `kernel` neighbouring kernel
 * positions touch.
 */
export function touched(outputs: number, kernel: number, stride: number, dilation: number): number {
  if (outputs === 1) return kernel;
  if (kernel === 1) return outputs;
  if (dilation === 1) return kernel >= stride ? (outputs - 1) * stride + kernel : outputs * kernel;
  return Math.min(outputs * kernel, (outputs - 1) * stride + (kernel - 1) * dilation + 1);
}

/** Values of an operand in a tile. */
export function tileWords(operand: number, tile: ArrayLike<number>, { stride, dilation }: MappingContext): number {
  if (operand === 0) return tile[G] * tile[K] * tile[C] * tile[R] * tile[S];
  if (operand === 2) return tile[G] * tile[N] * tile[K] * tile[P] * tile[Q];
  return (
    tile[G] *
    tile[N] *
    tile[C] *
    touched(tile[P], tile[R], stride, dilation) *
    touched(tile[Q], tile[S], stride, dilation)
  );
}
