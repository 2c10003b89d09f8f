import { keptWeights } from '../highest-scores.js';
import {
  cubicDensity,
  isSettled,
  kernelOf,
  settledMask,
  type TargetCounts,
  type TrainingPruner,
} from './training-pruner.js';

/**
 * A weight goes when it is this much below the threshold, and comes back when it is this much above
 * (Guo et al. 2016).
 */
const MARGIN = 0.1;

/**
 * Dynamic network surgery (Guo, Yao, Chen 2016): pruned weights go on learning, and are spliced in
 * again when they have grown. The threshold follows the density of the moment, and at the end the
 * count is met exactly.
 */
export function networkSurgery(targets: TargetCounts): TrainingPruner {
  return {
    throughMasks: true,
    masksAt: (done, weights, masks) =>
      new Map(
        [...targets].map(([layer, target]) => {
          const magnitudes = kernelOf(weights, layer).map(Math.abs);
          const keep = keptWeights(magnitudes.length, cubicDensity(done, target / magnitudes.length));
          const before = masks.get(layer);
          const highest = settledMask(done, magnitudes, before, keep);
          if (!before || isSettled(done)) return [layer, highest];
          const threshold = magnitudes.reduce(
            (least, each, i) => (highest[i] ? Math.min(least, each) : least),
            Infinity,
          );
          const mask = magnitudes.map((each, i) => {
            if (each < threshold * (1 - MARGIN)) return 0;
            return each > threshold * (1 + MARGIN) ? 1 : before[i];
          });
          return [layer, mask];
        }),
      ),
  };
}
