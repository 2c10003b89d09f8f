/**
 * 2:4 sparsity (Mishra et al. 2021): of each four weights of a filter that follow each other along its inputs, the two
 * largest by magnitude. A rest of fewer than four keeps half, rounded up.
 *
 * @param weights inputs × filters, row-major
 */
export function twoOfFour(weights: Float32Array, filters: number): Float32Array {
  const inputs = weights.length / filters;
  const mask = new Float32Array(weights.length);
  for (let f = 0; f < filters; f++) {
    for (let first = 0; first < inputs; first += 4) {
      const group = Array.from({ length: Math.min(4, inputs - first) }, (_, i) => (first + i) * filters + f);
      group.sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]) || a - b);
      for (const at of group.slice(0, Math.ceil(group.length / 2))) mask[at] = 1;
    }
  }
  return mask;
}
