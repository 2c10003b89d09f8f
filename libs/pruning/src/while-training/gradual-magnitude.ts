import { highestScores, keptWeights } from '../highest-scores.js';
import { cubicDensity, kernelOf, type TargetCounts, type TrainingPruner } from './training-pruner.js';

/** Zhu & Gupta 2017: the smallest weights go bit by bit, and do not come back. */
export function gradualMagnitude(targets: TargetCounts): TrainingPruner {
  return {
    throughMasks: false,
    masksAt: (done, weights) =>
      new Map(
        [...targets].map(([layer, target]) => {
          const kernel = kernelOf(weights, layer);
          const density = cubicDensity(done, target / kernel.length);
          return [layer, highestScores(kernel.map(Math.abs), keptWeights(kernel.length, density))];
        }),
      ),
  };
}
