/** Exit codes of the command line; `espalier --help` prints them. */
export const EXIT_CODES = {
  ok: 0,
  /** An error that no code foresees. */
  internal: 1,
  /** A wrong flag, file or value. */
  invalid: 2,
  notFound: 3,
  /** A name that is taken, or a state that does not allow the request. */
  conflict: 4,
  /** The stack, or a part of it, does not answer. */
  unavailable: 5,
  /** The campaign ended without success. */
  campaignFailed: 6,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
export type ExitCode = keyof typeof EXIT_CODES;

export interface ErrorType {
  /** What is at fault: the candidate or request, the machine or service, or a passing state. */
  readonly fault: 'candidate' | 'environment' | 'moment';
  /** Whether Temporal tries an activity again that fails with it. */
  readonly isRetried: boolean;
  readonly exitCode: ExitCode;
  /** Status of an HTTP answer. */
  readonly status: number;
}

const invalid = { fault: 'candidate', isRetried: false, exitCode: 'invalid', status: 422 } as const;
const lost = { fault: 'environment', isRetried: false, exitCode: 'notFound', status: 500 } as const;

/** Each error type by its `name`, as errors cross processes by name. Others are `UNFORESEEN`. */
export const ERROR_TYPES = {
  ArtifactCorruptError: lost,
  ArtifactDiskError: { fault: 'moment', isRetried: true, exitCode: 'unavailable', status: 503 },
  ArtifactMissingError: lost,
  BadCursorError: invalid,
  BusyError: { fault: 'moment', isRetried: true, exitCode: 'unavailable', status: 503 },
  CheckpointMismatchError: invalid,
  ConflictError: { fault: 'candidate', isRetried: false, exitCode: 'conflict', status: 409 },
  DataSetError: invalid,
  DivergedError: invalid,
  EnergyModelError: invalid,
  FencedError: { fault: 'moment', isRetried: false, exitCode: 'conflict', status: 409 },
  FilterScoreError: invalid,
  JobCancelledError: { fault: 'moment', isRetried: false, exitCode: 'interrupted', status: 500 },
  KnownObjectiveError: invalid,
  NetworkError: invalid,
  NotFoundError: { fault: 'candidate', isRetried: false, exitCode: 'notFound', status: 404 },
  OutOfMemoryError: { fault: 'candidate', isRetried: false, exitCode: 'unavailable', status: 500 },
  SafetensorsError: invalid,
  ScheduleError: invalid,
  SpaceExhaustedError: invalid,
  SelfTestError: { fault: 'environment', isRetried: true, exitCode: 'unavailable', status: 500 },
  StackError: { fault: 'environment', isRetried: true, exitCode: 'unavailable', status: 503 },
  StoreUnreachable: { fault: 'environment', isRetried: true, exitCode: 'unavailable', status: 503 },
  TensorFlowNotBuiltError: { fault: 'environment', isRetried: false, exitCode: 'unavailable', status: 500 },
  TrainingProcessCrashedError: { fault: 'moment', isRetried: true, exitCode: 'unavailable', status: 500 },
} as const satisfies Readonly<Record<string, ErrorType>>;
export type ErrorTypeName = keyof typeof ERROR_TYPES;

const UNFORESEEN: ErrorType = { fault: 'moment', isRetried: true, exitCode: 'internal', status: 500 };

/** The type of an error by its name; an unforeseen error is tried again. */
export function errorType(name: string): ErrorType {
  return name in ERROR_TYPES ? ERROR_TYPES[name as ErrorTypeName] : UNFORESEEN;
}

/** Another attempt or workflow run has the lease: the store refuses what this one writes. */
export class FencedError extends Error {
  override name = 'FencedError' satisfies ErrorTypeName;
}
