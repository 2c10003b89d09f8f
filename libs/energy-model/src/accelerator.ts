import type { Dimension, Operand } from './dimensions.js';

export const DATAFLOWS = [
  'row-stationary',
  'weight-stationary',
  'output-stationary',
  'input-stationary',
  'no-local-reuse',
  'free',
] as const;
export type Dataflow = (typeof DATAFLOWS)[number];

/** How the zeros of a tensor are left out where it is stored or moved. */
export const COMPRESSION_FORMATS = ['bitmask', 'run-length', 'csr'] as const;
export type CompressionFormat = (typeof COMPRESSION_FORMATS)[number];

/**
 * What can be compressed: partial sums travel plain, and are compressed only once they are outputs.
 */
export const TENSORS = ['weights', 'inputs', 'outputs'] as const;
export type Tensor = (typeof TENSORS)[number];

/** A chip's description: what the energy model prices a layer on. */
export interface Accelerator {
  readonly name: string;
  /** Where the numbers come from. */
  readonly source: string;
  /**
   * What all its energies are given in, such as `pJ` or `MAC`: only chips of one unit can be
   * compared.
   */
  readonly unit: string;
  readonly dataflow: Dataflow;
  /** Bits of one value. A partial sum becomes an output when its last product has been added. */
  readonly bits: Readonly<Record<Operand | 'outputs', number>>;
  /** Processing elements, in a grid of any number of axes. */
  readonly array: readonly ArrayAxis[];
  /** From the outermost, which must hold everything, inwards. */
  readonly levels: readonly MemoryLevel[];
  readonly computation: {
    /** Energy of one MAC, between operands of `bits` each. */
    readonly mac: number;
    /** How a MAC's energy follows the widths of its operands: with their product, or not. */
    readonly scaling?: 'product' | 'none' | undefined;
    /** Width of both operands that `mac` was measured at; by default those of the chip. */
    readonly bits?: number | undefined;
    /** Energy that is lost in each cycle, whatever the chip does. */
    readonly leakagePerCycle?: number | undefined;
  };
  /** Cycles a second, in MHz; for latencies in seconds. */
  readonly clockMegahertz?: number | undefined;
  readonly sparsity: Sparsity;
}

export interface ArrayAxis {
  readonly name: string;
  readonly size: number;
  /** The dimensions that may be spread along this axis; by default those of the dataflow. */
  readonly unrolls?: readonly Dimension[] | undefined;
}

export interface MemoryLevel {
  readonly name: string;
  readonly holds: readonly Operand[];
  /**
   * Axes along which the elements share one instance of this memory: all of them by default. `[]`:
   * one in each element.
   */
  readonly sharedAlong?: readonly string[] | undefined;
  /** Bits of the words that capacity, energy and network are given for. */
  readonly wordBits: number;
  /**
   * Capacity of one instance in words: shared by all operands, or of each. Unbounded if left out.
   */
  readonly words?: number | Readonly<Partial<Record<Operand, number>>> | undefined;
  /** Energy of reading and of writing one word. */
  readonly energy: { readonly read: number; readonly write: number };
  /** Bits a cycle that one instance reads and writes; unbounded if left out. */
  readonly bandwidth?: { readonly read: number; readonly write: number } | undefined;
  /**
   * Whether words that come from or go to the level above are charged here too, beside what the
   * level above charges (the default). Published energies of the Eyeriss papers are for a movement
   * between two levels, and leave it out.
   */
  readonly chargesTransfers?: boolean | undefined;
  /**
   * Whether rows and columns that a tile of inputs shares with the one before stay here; the
   * default.
   */
  readonly keepsOverlap?: boolean | undefined;
  /**
   * Whether the first visit to a partial sum reads a zero from here, or starts from nothing; the
   * default.
   */
  readonly firstPartialSum?: 'read' | 'zero' | undefined;
  /** Whether the next tile is fetched while this one is worked on; the default. */
  readonly doubleBuffered?: boolean | undefined;
  /**
   * The wires that lead here from above: energy for one word to reach one instance, or to leave it,
   * and the bits of each operand that all of them together carry in a cycle.
   */
  readonly network?:
    | {
        readonly name: string;
        readonly energy: number;
        readonly bitsPerCycle?: Readonly<Record<Operand, number>> | undefined;
      }
    | undefined;
  /**
   * Dimensions along which a tile may hold several of the tiles inside it; by default all those
   * that its operands depend on.
   */
  readonly tiles?: readonly Dimension[] | undefined;
  /**
   * Dimensions along which data only flow through: a tile takes the room of one position along
   * them. Keeps nothing that real memory could not, only if no operand is reused across them;
   * nn_dataflow assumes it of register files.
   */
  readonly streams?: readonly Dimension[] | undefined;
}

export type ZeroHandling = 'none' | 'gating' | 'skipping';

export interface Sparsity {
  /**
   * What a zero operand saves: nothing; the energy of its MAC and of the accesses that serve that
   * MAC alone (gating); or its cycles as well (skipping).
   */
  readonly zeros: { readonly weights: ZeroHandling; readonly inputs: ZeroHandling };
  /** Where a tensor is stored and moved without its zeros. */
  readonly compression: readonly {
    readonly tensor: Tensor;
    readonly level: string;
    readonly format: CompressionFormat;
    /** Bits of a run's length or of a column's index. */
    readonly indexBits?: number | undefined;
  }[];
}

/** The axes of the array; without any it is one element, as an array of 1 × 1 is. */
export function axesOf({
  array,
}: Pick<Accelerator, 'array'>): readonly { readonly name: string; readonly size: number }[] {
  return array.length > 0 ? array : ONE_ELEMENT;
}

const ONE_ELEMENT = [{ name: '', size: 1 }] as const;

/** Whether one instance of a level serves the elements along an axis. */
export function sharesAlong(level: MemoryLevel, axis: string): boolean {
  return level.sharedAlong === undefined || level.sharedAlong.includes(axis);
}
