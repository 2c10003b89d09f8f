import type { CompressionFormat } from '../accelerator.js';

/**
 * Size of a coded tensor relative to the plain one: its values, and what says where they belong.
 */
export interface CodedSize {
  readonly data: number;
  readonly metadata: number;
}

const RUN_BITS = 5;
const PLAIN: CodedSize = { data: 1, metadata: 0 };

/**
 * Size of a coded tensor relative to the plain one, expected over zeros in random places. A tensor
 * that coding would enlarge is moved plain.
 *
 * @param density fraction of values that are not zero, in [0, 1]
 * @param valueBits bits of one value
 * @param codesPerValue run-length codes for each value, where they were counted
 * @param indexBits bits of a run's length (default 5) or of a place in a row (default 8)
 */
export function codedSize(
  format: CompressionFormat,
  density: number,
  valueBits: number,
  indexBits: number | undefined,
  codesPerValue?: number,
): CodedSize {
  const coded =
    format === 'run-length' && codesPerValue !== undefined
      ? { data: codesPerValue, metadata: (codesPerValue * (indexBits ?? RUN_BITS)) / valueBits }
      : CODES[format](density, valueBits, indexBits);
  return coded.data + coded.metadata < 1 ? coded : PLAIN;
}

const CODES: Readonly<Record<CompressionFormat, (density: number, bits: number, indexBits?: number) => CodedSize>> = {
  /** One bit a value, and the values that are not zero. */
  bitmask: (density, bits) => ({ data: density, metadata: 1 / bits }),

  /**
   * A code is a run of up to 2^runBits − 1 zeros and the value after it. With each value non-zero
   * with probability d, one code covers E[min(geometric(d), 2^runBits)] = (1 − (1 − d)^(2^runBits))
   * / d values. The format is that of the Eyeriss chip (Chen et al., JSSC 2017, section V-C): 5-bit
   * runs beside 16-bit values.
   */
  'run-length': (density, bits, runBits = RUN_BITS) => {
    const longestCode = 2 ** runBits;
    // expm1 and log1p, since 1 − density rounds to 1 for the smallest densities.
    const valuesPerCode = density > 0 ? -Math.expm1(longestCode * Math.log1p(-density)) / density : longestCode;
    return { data: 1 / valuesPerCode, metadata: runBits / bits / valuesPerCode };
  },

  /**
   * Compressed sparse rows of 2^indexBits values: a place beside each value, and for each row where
   * it starts (32 bits).
   */
  csr: (density, bits, indexBits = 8) => ({
    data: density,
    metadata: (density * indexBits + 32 / 2 ** indexBits) / bits,
  }),
};
