export { CheckpointMismatchError, decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
export type { Checkpoint } from './checkpoint.js';
export { DivergedError, fit } from './fit.js';
export type { FitOptions } from './fit.js';
export { initialWeights } from './initial-weights.js';
export { layerStatistics } from './layer-statistics.js';
export type { LayerStatistics } from './layer-statistics.js';
export { TrainableNetwork } from './trainable-network.js';
export type { Masks, TrainingState } from './trainable-network.js';
