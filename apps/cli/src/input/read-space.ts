import { fieldErrors, ScheduleSpaceSchema, type ScheduleSpace } from '@espalier/contracts';
import { CommandError } from '../command-error.js';
import { fieldLines } from '../output/field-lines.js';
import { readYaml } from './read-spec.js';

/**
 * Reads a space from a YAML file, or from a campaign's file.
 *
 * @throws CommandError naming each invalid field
 */
export async function readSpace(path: string): Promise<ScheduleSpace> {
  const content = await readYaml(path);
  const space = isCampaign(content) ? content.space : content;
  const parsed = ScheduleSpaceSchema.safeParse(space);
  if (parsed.success) return parsed.data;
  const lines = fieldLines(fieldErrors(parsed.error.issues, space));
  throw new CommandError('invalid', [`${path} is not a space:`, ...lines].join('\n'));
}

function isCampaign(content: unknown): content is { space: unknown } {
  return typeof content === 'object' && content !== null && 'space' in content;
}
