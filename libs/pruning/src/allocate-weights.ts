import type { Allocation } from '@espalier/contracts';
import { highestScores, keptWeights } from './highest-scores.js';

export interface LayerToAllocate {
  readonly name: string;
  /** Of the kernel as TensorFlow stores it. */
  readonly kernelShape: readonly number[];
  readonly scores: Float32Array;
  /** Density of the schedule, in [0, 1]. */
  readonly density: number;
}

/**
 * Allocates kept weights to layers. Their sum follows from the layers' densities; `layer` keeps
 * those densities, the other rules distribute the sum anew.
 */
export function allocateWeights(layers: readonly LayerToAllocate[], allocation: Allocation): Map<string, number> {
  const own = layers.map(({ scores, density }) => keptWeights(scores.length, density));
  const total = own.reduce((sum, each) => sum + each, 0);
  const counts = ((): readonly number[] => {
    switch (allocation) {
      case 'layer':
        return own;
      case 'global':
        return highestOverall(
          layers.map(({ scores }) => scores),
          total,
        );
      case 'lamp':
        return highestOverall(
          layers.map(({ scores }) => lampScores(scores)),
          total,
        );
      case 'erdos-renyi-kernel':
        return erdosRenyiKernel(layers, total);
    }
  })();
  return new Map(layers.map(({ name }, i) => [name, Math.max(1, counts[i])]));
}

function highestOverall(scores: readonly Float32Array[], total: number): number[] {
  const all = new Float32Array(scores.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of scores) {
    all.set(each, at);
    at += each.length;
  }
  const mask = highestScores(all, total);
  let from = 0;
  return scores.map(({ length }) => {
    let count = 0;
    for (const end = from + length; from < end; from++) count += mask[from];
    return count;
  });
}

/**
 * A weight's square over the sum of squares of the weights of its layer that are at least as large:
 * Lee et al. 2021, eq. 2.
 *
 * @param scores magnitudes, or what stands for them
 */
export function lampScores(scores: Float32Array): Float32Array {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
  const lamp = new Float32Array(scores.length);
  let sum = 0;
  for (const at of order) {
    sum += scores[at] ** 2;
    lamp[at] = sum === 0 ? 0 : scores[at] ** 2 / sum;
  }
  return lamp;
}

/**
 * Densities proportional to (sum of a kernel's dimensions) / (their product): Evci et al. 2020.
 * Layers that would be denser than dense are kept whole, and the rest shares what is left.
 */
function erdosRenyiKernel(layers: readonly LayerToAllocate[], total: number): number[] {
  const raw = layers.map(
    ({ kernelShape }) => kernelShape.reduce((sum, each) => sum + each, 0) / kernelShape.reduce((a, b) => a * b, 1),
  );
  const whole = new Set<number>();
  for (;;) {
    const open = layers.map((_, i) => i).filter((i) => !whole.has(i));
    const left = total - [...whole].reduce((sum, i) => sum + layers[i].scores.length, 0);
    const weight = open.reduce((sum, i) => sum + raw[i] * layers[i].scores.length, 0);
    const scale = left / weight;
    const over = open.filter((i) => raw[i] * scale > 1);
    if (over.length === 0 || left <= 0) {
      return layers.map(({ scores }, i) =>
        whole.has(i) ? scores.length : keptWeights(scores.length, Math.max(0, raw[i] * scale)),
      );
    }
    for (const i of over) whole.add(i);
  }
}
