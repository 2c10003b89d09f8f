import { AcceleratorSchema, fieldErrors } from '@espalier/contracts';
import type { Accelerator } from '@espalier/energy-model';
import { resolveAccelerator } from '@espalier/pricing';
import { CommandError } from '../command-error.js';
import { fieldLines } from '../output/field-lines.js';
import { readYaml } from './read-spec.js';

/** Whether an argument names a file rather than a shipped accelerator. */
export const isFile = (name: string): boolean => /\.(ya?ml|json|onnx)$|[/\\]/.test(name);

/**
 * Reads a shipped accelerator, or one from a YAML file.
 *
 * @throws NetworkError when no accelerator of that name is shipped
 * @throws CommandError naming each invalid field
 */
export async function readAccelerator(nameOrFile: string): Promise<Accelerator> {
  if (!isFile(nameOrFile)) return resolveAccelerator(nameOrFile);
  const content = await readYaml(nameOrFile);
  const parsed = AcceleratorSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const lines = fieldLines(fieldErrors(parsed.error.issues, content));
  throw new CommandError('invalid', [`${nameOrFile} is not an accelerator:`, ...lines].join('\n'));
}
