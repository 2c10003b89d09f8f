import { arrayPosition } from '../loop-nest.js';
import { sharesAlong, type Accelerator, type MemoryLevel } from '../accelerator.js';
import { OPERANDS, type Operand } from '../dimensions.js';
import { loopBounds, type LayerShape } from '../layer-shape.js';

/** Dimensions by their place in DIMENSIONS. */
export const [G, N, K, C, P, Q, R, S] = [0, 1, 2, 3, 4, 5, 6, 7];
export const ALL = [G, N, K, C, P, Q, R, S];

/** What the search needs of a layer and a chip, worked out once. */
export interface LayerOnChip {
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
  /** For each operand, the level that serves the MACs, and what their accesses take for one value. */
  readonly macSide: readonly { readonly level: number; readonly energy: number }[];
}

/** An operand at a level below the outermost: where its values come from, and what moving one of them takes. */
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

export function layerOnChip(shape: LayerShape, batch: number, accelerator: Accelerator): LayerOnChip {
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
    macSide: OPERANDS.map((operand) => {
      const level = levels.findLastIndex(({ holds }) => holds.includes(operand));
      const { read, write } = levels[level].energy;
      return { level, energy: (operand === 'partialSums' ? read + write : read) * perValue(levels[level], operand) };
    }),
  };
}

/** Input rows (or columns) that `outputs` neighbouring outputs with `kernel` neighbouring kernel positions touch. */
export function touched(outputs: number, kernel: number, stride: number, dilation: number): number {
  if (outputs === 1) return kernel;
  if (kernel === 1) return outputs;
  if (dilation === 1) return kernel >= stride ? (outputs - 1) * stride + kernel : outputs * kernel;
  return Math.min(outputs * kernel, (outputs - 1) * stride + (kernel - 1) * dilation + 1);
}

/** Values of an operand in a tile. */
export function tileWords(operand: number, tile: ArrayLike<number>, { stride, dilation }: LayerOnChip): number {
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
