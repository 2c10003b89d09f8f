/**
 * Size of a run-length coded tensor relative to the plain one, expected over zeros in random places; at most 1, since a
 * tensor that coding would enlarge is moved plain.
 *
 * A code is a run of up to 2^runBits − 1 zeros and the value after it. With each value non-zero with probability d, one
 * code covers E[min(geometric(d), 2^runBits)] = (1 − (1 − d)^(2^runBits)) / d values. The format is that of the Eyeriss
 * chip (Chen et al., JSSC 2017, section V-C): 5-bit runs beside 16-bit values.
 *
 * @param density fraction of values that are not zero, in [0, 1]
 */
export function runLengthRatio(density: number, wordBits: number, runBits: number): number {
  const longestCode = 2 ** runBits;
  // expm1 and log1p, since 1 − density rounds to 1 for the smallest densities.
  const valuesPerCode = density > 0 ? -Math.expm1(longestCode * Math.log1p(-density)) / density : longestCode;
  return Math.min(1, (wordBits + runBits) / wordBits / valuesPerCode);
}
