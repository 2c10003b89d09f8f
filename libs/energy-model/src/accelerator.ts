/** The levels of the memory hierarchy, dearest first. `array` is a hop from one processing element to the next. */
export const MEMORY_LEVELS = ['dram', 'globalBuffer', 'array', 'registerFile'] as const;
export type MemoryLevel = (typeof MEMORY_LEVELS)[number];

export const OPERANDS = ['weights', 'inputs', 'partialSums'] as const;
export type Operand = (typeof OPERANDS)[number];

/** A chip's description: what the energy model prices a layer on. */
export interface Accelerator {
  readonly name: string;
  /** Where the numbers come from. */
  readonly source: string;
  readonly dataflow: 'row-stationary';
  /** Processing elements. */
  readonly array: { readonly rows: number; readonly columns: number };
  readonly wordBits: number;
  /** Shared on-chip memory, in words. */
  readonly globalBuffer: { readonly words: number };
  /** Words in one processing element: one memory for all operands, or one for each. */
  readonly registerFile:
    { readonly words: number } | { readonly inputs: number; readonly weights: number; readonly partialSums: number };
  /** Energy of one MAC and of one word's access at each level, in units of the caller's choice (often one MAC). */
  readonly energy: { readonly mac: number } & Readonly<Record<MemoryLevel, number>>;
  readonly sparsity: {
    /** A MAC, and its register-file accesses, are saved when one of these operands is zero. */
    readonly skipsZero: { readonly weights: boolean; readonly inputs: boolean };
    /** Levels on which an operand travels run-length coded. */
    readonly compresses: {
      readonly weights: readonly MemoryLevel[];
      readonly inputs: readonly MemoryLevel[];
      readonly outputs: readonly MemoryLevel[];
    };
    /** Bits that count the zeros before each coded value. */
    readonly runLengthBits: number;
  };
}
