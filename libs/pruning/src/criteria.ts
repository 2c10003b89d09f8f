import type { Criterion } from '@espalier/contracts';
import { magnitude } from './criteria/magnitude.js';
import { pruneOptimalBrainSurgeon } from './criteria/optimal-brain-surgeon.js';
import { random } from './criteria/random.js';
import type { ScoredCriterion } from './criteria/scored.js';
import { snip } from './criteria/snip.js';
import { taylor } from './criteria/taylor.js';
import { pruneEnergyAware } from './by-output/energy-aware.js';
import type { OutputCriterion } from './by-output/prune-by-output.js';
import { filterGeometricMedian } from './structured/filter-geometric-median.js';
import { filterL1 } from './structured/filter-l1.js';
import type { FilterCriterion } from './structured/filter-scores.js';
import { filterTaylor } from './structured/filter-taylor.js';
import { networkSlimming } from './structured/network-slimming.js';
import { gradualMagnitude } from './while-training/gradual-magnitude.js';
import { movement } from './while-training/movement.js';
import { networkSurgery } from './while-training/network-surgery.js';
import type { TargetCounts, TrainingPruner } from './while-training/training-pruner.js';

/** Give each weight a score. */
export const SCORED: Partial<Record<Criterion, ScoredCriterion>> = { magnitude, random, taylor, snip };

/** Judge weights by the layer's output, layer by layer. */
export const BY_OUTPUT: Partial<Record<Criterion, OutputCriterion>> = {
  'energy-aware': pruneEnergyAware,
  'optimal-brain-surgeon': (problem, kernel, density) =>
    Promise.resolve(pruneOptimalBrainSurgeon(problem, kernel, density)),
};

/** Remove whole filters. */
export const OF_FILTERS: Partial<
  Record<Criterion, { score: FilterCriterion; needsGradients: boolean; byEnergy?: boolean }>
> = {
  'filter-l1': { score: filterL1, needsGradients: false },
  'filter-geometric-median': { score: filterGeometricMedian, needsGradients: false },
  'filter-taylor': { score: filterTaylor, needsGradients: true },
  'network-slimming': { score: networkSlimming, needsGradients: false },
  'filter-energy-aware': { score: filterTaylor, needsGradients: true, byEnergy: true },
};

/** Prune while the network is trained. */
export const WHILE_TRAINING: Partial<Record<Criterion, (targets: TargetCounts) => TrainingPruner>> = {
  'gradual-magnitude': gradualMagnitude,
  'network-surgery': networkSurgery,
  movement,
};
