/** What a job reports while it runs, and looks at to know whether to go on. */
export interface JobContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: JobProgress) => void;
}
export interface JobProgress {
  readonly phase: string;
  readonly done: number;
  readonly of: number;
  /** The last checkpoint, so that a log shows where a next attempt will go on. */
  readonly checkpoint?: string;
}
