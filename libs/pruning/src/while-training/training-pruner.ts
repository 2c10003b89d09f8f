import { weightOf, type NetworkWeights } from '@espalier/networks';
import { highestScores } from '../highest-scores.js';

/** Prunes a network while it is trained. */
export interface TrainingPruner {
  /** Whether pruned weights go on learning behind their masks, so that they may come back. */
  readonly throughMasks: boolean;
  /**
   * The masks by layer from now on.
   *
   * @param done the share of the training that is done, from 0 to 1
   * @param masks as they are; empty at first
   */
  readonly masksAt: (
    done: number,
    weights: NetworkWeights,
    masks: ReadonlyMap<string, Float32Array>,
  ) => Map<string, Float32Array>;
  /**
   * What it has learned of each layer, to be kept with a checkpoint and given back before it goes
   * on from there.
   */
  readonly memory?: Map<string, Float32Array>;
}

/** Of a layer that is pruned: how many weights are left at the end. */
export type TargetCounts = ReadonlyMap<string, number>;

/** The share of a training after which the last density is reached, and weights only recover. */
const REACHED_AT = 0.7;

/**
 * Zhu & Gupta 2017, eq. 1, as a density: from 1 to `target`, fast at first and slower as less is
 * left.
 */
export function cubicDensity(done: number, target: number): number {
  const progress = Math.min(1, done / REACHED_AT);
  return target + (1 - target) * (1 - progress) ** 3;
}

/** From here on what is kept stays kept: weights that came back last need time to learn. */
const SETTLED_AT = 0.8;

export const isSettled = (done: number): boolean => done >= SETTLED_AT;

/** The mask of the highest scores; late in a training, of those that are kept already. */
export function settledMask(
  done: number,
  scores: Float32Array,
  before: Float32Array | undefined,
  keep: number,
): Float32Array {
  if (!isSettled(done) || !before) return highestScores(scores, keep);
  return highestScores(
    Float64Array.from(scores, (score, i) => (before[i] ? score : score - ABOVE_ALL)),
    keep,
  );
}

/** More than scores of two weights differ by. */
const ABOVE_ALL = 1e9;

/** A layer's kernel. */
export const kernelOf = (weights: NetworkWeights, layer: string): Float32Array =>
  weightOf(weights, `${layer}/kernel`).data;
