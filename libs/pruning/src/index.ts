export { ENERGY_AWARE_DEFAULTS, pruneEnergyAware, restoreByOutputError } from './energy-aware.js';
export type { EnergyAwareOptions } from './energy-aware.js';
export { repair, reproductionError, residualCorrelation } from './least-squares.js';
export type { LeastSquares } from './least-squares.js';
export { keptWeights, magnitudeMask } from './magnitude.js';
export { pruneNetwork, ScheduleError } from './prune-network.js';
export type { PrunedNetwork, StatisticsOf } from './prune-network.js';
