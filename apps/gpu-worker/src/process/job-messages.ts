import type {
  DeviceClass,
  EvaluateRequest,
  FineTuneRequest,
  Measurement,
  ModelReference,
  PruneRequest,
  TrainDenseRequest,
} from '@espalier/contracts';
import type { EpochDone, JobProgress } from './job-context.js';

/** A job for the training process, with its activity. */
export type Job =
  | { kind: 'trainDense'; request: TrainDenseRequest; inHalfBatches?: boolean }
  | { kind: 'prune'; request: PruneRequest }
  | { kind: 'fineTune'; request: FineTuneRequest; inHalfBatches?: boolean }
  | { kind: 'evaluate'; request: EvaluateRequest }
  | { kind: 'selfTest' };

export type JobResult = ModelReference | Measurement | null;
export type ResultOf<OneJob extends Job> = OneJob extends { kind: 'selfTest' }
  ? null
  : OneJob extends { kind: 'evaluate' }
    ? Measurement
    : ModelReference;

/** From the worker to its training process. One job at a time. */
export type ToTraining = { type: 'run'; job: Job } | { type: 'cancel' };

/** From the training process to the worker. */
export type FromTraining =
  | { type: 'progress'; progress: JobProgress }
  | { type: 'epoch'; epoch: EpochDone }
  | { type: 'result'; result: JobResult }
  | { type: 'error'; name: string; message: string; curve?: readonly number[] };

/** What the training process is started with, as its only argument. */
export interface TrainingProcessOptions {
  artifacts: string;
  apiUrl: string;
  /** Name of the worker, for messages. */
  workerId: string;
  dataCache: string;
  deviceClass: DeviceClass;
  threads: { intraOp: number; interOp: number };
}
