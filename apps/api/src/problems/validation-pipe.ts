import { fieldErrors } from '@espalier/contracts';
import { Injectable, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { invalidFields } from './problem.js';

/** Postgres stores neither: the character of code 0, and half of a surrogate pair. */
const NO_TEXT = /\0|\p{Surrogate}/u;

/** Checks each parameter against its contract; errors name field, value and message. */
@Injectable()
export class ContractValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, { schema, data }: ArgumentMetadata): Promise<T> {
    const at = data === undefined ? [] : [data];
    const result = schema ? await this.validate<T>(value, schema) : { value };
    if (result.issues) {
      const issues = result.issues.map((issue) => ({ ...issue, path: [...at, ...(issue.path ?? [])] }));
      throw invalidFields(fieldErrors(issues, data === undefined ? value : { [data]: value }));
    }
    const garbled = pathOfGarbled(result.value);
    if (garbled) throw invalidFields([{ field: [...at, ...garbled].join('.') || '(whole)', message: GARBLED }]);
    return result.value;
  }
}

const GARBLED = 'must be text without characters of code 0 and without halves of surrogate pairs';

/** Path of the first invalid text in a value or its keys. */
function pathOfGarbled(value: unknown): string[] | undefined {
  if (typeof value === 'string') return NO_TEXT.test(value) ? [] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, each] of Object.entries(value)) {
    if (NO_TEXT.test(name)) return [];
    const within = pathOfGarbled(each);
    if (within) return [name, ...within];
  }
  return undefined;
}
