import type { FieldError, Problem } from '@espalier/contracts';

/** An answer that is an error, as RFC 9457 has it. */
export class ProblemException extends Error {
  override name = 'ProblemException';

  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(detail);
  }

  toProblem(instance: string): Problem {
    return {
      type: 'about:blank',
      title: this.title,
      status: this.status,
      detail: this.detail,
      instance,
      ...(this.errors.length > 0 ? { errors: [...this.errors] } : {}),
    };
  }
}

/** A request whose fields do not hold what they may. */
export function invalidFields(errors: readonly FieldError[]): ProblemException {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new ProblemException(422, 'Invalid request', `${first.field}: ${first.message}${more}`, errors);
}
