import { fieldErrors } from '@espalier/contracts';
import { Injectable, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { invalidFields } from './problem.js';

/** Checks each parameter against the contract it is declared with; what is wrong is said with field, value and message. */
@Injectable()
export class ContractValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema } = metadata;
    if (!schema) return value;
    const result = await this.validate<T>(value, schema);
    if (!result.issues) return result.value;
    const at = metadata.data === undefined ? [] : [metadata.data];
    const issues = result.issues.map((issue) => ({ ...issue, path: [...at, ...(issue.path ?? [])] }));
    throw invalidFields(fieldErrors(issues, metadata.data === undefined ? value : { [metadata.data]: value }));
  }
}
