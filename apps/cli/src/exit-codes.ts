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
