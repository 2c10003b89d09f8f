import type { FieldError } from '@espalier/contracts';

/** Invalid fields, a line each: field, value, and what is allowed. */
export function fieldLines(errors: readonly FieldError[]): string[] {
  return errors.map(
    ({ field, message, value }) => `  ${field}${value === undefined ? '' : ` (${JSON.stringify(value)})`}: ${message}`,
  );
}
