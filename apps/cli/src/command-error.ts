import { ERROR_TYPES, errorType, type ExitCode } from '@espalier/contracts/error-types';
import type { Problem } from '@espalier/contracts';

/** An error that the command prints in one sentence; its kind gives the exit code. */
export class CommandError extends Error {
  override name = 'CommandError';
  constructor(
    readonly kind: ExitCode,
    message: string,
    readonly problem?: Problem,
  ) {
    super(message);
  }
}

/**
 * Converts any error to one that the command prints; an unforeseen error keeps its stack. Types are
 * recognised by name: importing their classes would load TensorFlow.
 */
export function asCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (!(error instanceof Error)) return new CommandError('internal', String(error));
  return error.name in ERROR_TYPES
    ? new CommandError(errorType(error.name).exitCode, error.message)
    : new CommandError('internal', error.stack ?? error.message);
}
