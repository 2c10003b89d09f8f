/**
 * The mask that keeps the largest weights of a layer by absolute value.
 *
 * @param keep how many to keep, from 0 to the number of weights; of equal ones the first
 * @returns 1 where a weight is kept, else 0
 */
export function magnitudeMask(weights: Float32Array, keep: number): Float32Array {
  const order = Uint32Array.from(weights, (_, i) => i).sort(
    (a, b) => Math.abs(weights[b]) - Math.abs(weights[a]) || a - b,
  );
  const mask = new Float32Array(weights.length);
  for (let i = 0; i < keep; i++) mask[order[i]] = 1;
  return mask;
}

/** How many of a layer's weights a density keeps: at least one, so that no schedule removes a whole layer. */
export function keptWeights(total: number, density: number): number {
  return Math.max(1, Math.min(total, Math.round(total * density)));
}
