/** Callbacks and cancellation of a running job. */
export interface JobContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: JobProgress) => void;
  /** Called after each epoch, when its checkpoint is complete. */
  readonly epochDone?: (epoch: EpochDone) => void;
}

export interface EpochDone {
  /** Counted from 1. */
  readonly epoch: number;
  readonly of: number;
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly ended: number;
}

export interface JobProgress {
  readonly phase: string;
  readonly done: number;
  readonly of: number;
  /** The last checkpoint, from which the next attempt resumes. */
  readonly checkpoint?: string;
}
