import type { Problem } from '@espalier/contracts';

/** What a command's exit code says; printed by `espalier --help`. */
export const EXIT_CODES = {
  ok: 0,
  /** Something nobody foresaw. */
  internal: 1,
  /** A wrong flag, file or value. */
  invalid: 2,
  notFound: 3,
  /** It clashes with what there is, or with the state that it is in. */
  conflict: 4,
  /** The stack or a part of it does not answer. */
  unavailable: 5,
  /** The campaign ended without success. */
  campaignFailed: 6,
  /** Ctrl-C */
  interrupted: 130,
} as const;

/** An error that is told in one sentence, with the exit code of its kind. */
export class CommandError extends Error {
  override name = 'CommandError';
  constructor(
    readonly kind: keyof typeof EXIT_CODES,
    message: string,
    readonly problem?: Problem,
  ) {
    super(message);
  }
}

/**
 * What the libraries refuse, by the names of their errors: some of them would load TensorFlow to be
 * told of by their classes.
 */
const KINDS: Readonly<Record<string, keyof typeof EXIT_CODES>> = {
  CheckpointMismatchError: 'invalid',
  DataSetError: 'invalid',
  DivergedError: 'invalid',
  EnergyModelError: 'invalid',
  KnownObjectiveError: 'invalid',
  NetworkError: 'invalid',
  SafetensorsError: 'invalid',
  StackError: 'unavailable',
  TensorFlowNotBuiltError: 'unavailable',
};

/** Any error as one that can be told; what nobody foresaw keeps its stack. */
export function asCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (!(error instanceof Error)) return new CommandError('internal', String(error));
  return error.name in KINDS
    ? new CommandError(KINDS[error.name], error.message)
    : new CommandError('internal', error.stack ?? error.message);
}
