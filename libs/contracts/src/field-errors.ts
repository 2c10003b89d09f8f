import type { FieldError } from './problem.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * A schema's complaints as field, value and what is allowed, for a person.
 *
 * @param input what was validated; the offending value is looked up in it
 */
export function fieldErrors(issues: readonly Issue[], input: unknown): FieldError[] {
  return issues.map((issue) => {
    const path = (issue.path ?? []).map((step) => (typeof step === 'object' ? step.key : step));
    const value = path.reduce<unknown>(
      (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
      input,
    );
    const field = path.map(String).join('.') || '(whole)';
    const isShort = value === null || ['string', 'number', 'boolean'].includes(typeof value);
    return isShort
      ? { field, message: issue.message, value: typeof value === 'string' ? value.slice(0, 200) : (value as number) }
      : { field, message: issue.message };
  });
}
