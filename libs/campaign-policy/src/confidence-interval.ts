import type { ConfidenceInterval } from '@espalier/contracts';
import jstat from 'jstat';

/**
 * Mean, standard deviation of the sample and the 95 % confidence interval of the mean, mean ±
 * t₀.₉₇₅,ₙ₋₁ · s / √n (Student 1908).
 *
 * @param values one at least
 */
export function confidenceInterval(values: readonly number[]): ConfidenceInterval {
  const n = values.length;
  if (n === 0) throw new RangeError('values: one at least is needed for a mean');
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, standardDeviation: null, interval: null };
  const standardDeviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const half = (jstat.studentt.inv(0.975, n - 1) * standardDeviation) / Math.sqrt(n);
  return { mean, standardDeviation, interval: [mean - half, mean + half] };
}
