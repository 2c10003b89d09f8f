import type { FieldError, Problem } from '@espalier/contracts';

/** An error answer, as in RFC 9457. */
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

/** A request with invalid fields. */
export function invalidFields(errors: readonly FieldError[]): ProblemException {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new ProblemException(422, 'Invalid request', `${first.field}: ${first.message}${more}`, errors);
}
