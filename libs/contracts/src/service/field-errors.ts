import { z } from 'zod';
import type { FieldError } from './problem.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: string | undefined;
  /** What was expected where the kind of value is wrong. */
  readonly expected?: string;
  /** Of a value that may be of several kinds: what each of them has against it. */
  readonly errors?: readonly (readonly Issue[])[];
  /** Fields that an object does not have. */
  readonly keys?: readonly string[];
}

/**
 * For `z.config({ customError })`: zod names a field that is unknown, this those that there are.
 */
export const knownFields: z.core.$ZodErrorMap = ({ code, inst }) =>
  code === 'unrecognized_keys' && inst instanceof z.core.$ZodObject
    ? `there is no such field; there are ${Object.keys(inst._zod.def.shape).join(', ')}`
    : undefined;

/**
 * A schema's complaints as field, value and what is allowed, for a person.
 *
 * @param input what was validated; the offending value is looked up in it
 */
export function fieldErrors(issues: readonly Issue[], input: unknown): FieldError[] {
  return issues.flatMap(eachAlone).map((issue) => {
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

/**
 * Of fields that there are not, one complaint for each. Of a value that may be of several kinds,
 * what the kind that it is most like has against it, else that it is of none.
 */
function eachAlone(issue: Issue): Issue[] {
  if (issue.keys) return issue.keys.map((key) => ({ ...issue, path: [...(issue.path ?? []), key] }));
  const kinds = (issue.errors ?? []).map((within) => within.flatMap(eachAlone));
  if (kinds.length === 0) return [issue];
  const under = (within: Issue): Issue => ({ ...within, path: [...(issue.path ?? []), ...(within.path ?? [])] });
  const [own] = kinds
    .filter((within) => !within.some(isOfAnotherKind))
    .toSorted((one, other) => depthOf(other) - depthOf(one) || one.length - other.length);
  if (own) return own.map(under);
  const others = kinds.map((within) => within.find(isOfAnotherKind) as Issue);
  const expected = new Set(others.map(({ expected, message }) => expected ?? message));
  const message = others[0].message.replace(/expected [^,]+/, `expected ${[...expected].join(' or ')}`);
  return [{ ...issue, message }];
}

/** Down to where nothing is wrong. */
const depthOf = (issues: readonly Issue[]): number => Math.min(...issues.map(({ path = [] }) => path.length));

const isOfAnotherKind = ({ code, path = [] }: Issue): boolean =>
  path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
