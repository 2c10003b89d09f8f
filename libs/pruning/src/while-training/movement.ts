import { keptWeights } from '../highest-scores.js';
import { cubicDensity, kernelOf, settledMask, type TargetCounts, type TrainingPruner } from './training-pruner.js';

/**
 * Movement pruning (Sanh, Wolf, Rush 2020): what moves away from 0 is kept, however small. Its
 * score −Σ g w is read off the weights themselves, as Σ Δw w between two calls: what the optimiser
 * made of the gradients.
 */
export function movement(targets: TargetCounts): TrainingPruner {
  const before = new Map<string, Float32Array>();
  const scores = new Map<string, Float32Array>();
  return {
    throughMasks: true,
    memory: scores,
    masksAt: (done, weights, masks) =>
      new Map(
        [...targets].map(([layer, target]) => {
          const kernel = kernelOf(weights, layer);
          const last = before.get(layer);
          const score = scores.get(layer) ?? new Float32Array(kernel.length);
          if (last) for (let i = 0; i < kernel.length; i++) score[i] += (kernel[i] - last[i]) * last[i];
          scores.set(layer, score);
          before.set(layer, kernel.slice());
          const keep = keptWeights(kernel.length, cubicDensity(done, target / kernel.length));
          return [layer, settledMask(done, score, masks.get(layer), keep)];
        }),
      ),
  };
}
