import type { Pattern } from '@espalier/contracts/criteria';

/**
 * N:M sparsity (Mishra et al. 2021 for 2:4; Zhou et al. 2021): of each M weights of a filter that
 * follow each other along its inputs, the N largest by magnitude. A rest of fewer keeps the same
 * part, rounded up.
 *
 * @param weights inputs × filters, row-major
 */
export function nOfM(weights: Float32Array, filters: number, { keep, of }: Pattern): Float32Array {
  const inputs = weights.length / filters;
  const mask = new Float32Array(weights.length);
  for (let f = 0; f < filters; f++) {
    for (let first = 0; first < inputs; first += of) {
      const group = Array.from({ length: Math.min(of, inputs - first) }, (_, i) => (first + i) * filters + f);
      group.sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]) || a - b);
      for (const at of group.slice(0, Math.ceil((group.length * keep) / of))) mask[at] = 1;
    }
  }
  return mask;
}
