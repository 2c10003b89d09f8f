import { readFile } from 'node:fs/promises';
import { fieldErrors } from '@espalier/contracts';
import type { Search } from '@espalier/search';
import { z } from 'zod';
import { CommandError } from '../command-error.js';
import { fieldLines } from '../output/field-lines.js';
import { parseJsonLine } from './parse-json-line.js';

const MOST_COMPLAINTS = 10;

/** A line that `espalier search --problem` prints; of it, parameters and objectives are needed. */
const LineSchema = z.strictObject({
  number: z.unknown().optional(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  objectives: z.array(z.number()).nullable(),
  hypervolume: z.unknown().optional(),
  error: z.unknown().optional(),
});

/**
 * Adds earlier results, a line of JSON each, to a search.
 *
 * @param objectiveCount number of objectives of the search
 * @returns how many there are
 * @throws CommandError naming file and line, the value, and what is allowed
 */
export async function addPriorObservations(search: Search, path: string, objectiveCount: number): Promise<number> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError('invalid', `${path} cannot be read (${error.code ?? error.message})`);
  });
  const complaints: string[] = [];
  let added = 0;
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const problems = addLine(search, line, objectiveCount);
    if (problems.length === 0) added++;
    complaints.push(...problems.map((problem) => `  ${path}:${i + 1}: ${problem}`));
  });
  if (complaints.length > 0) {
    const more = complaints.length > MOST_COMPLAINTS ? [`  and ${complaints.length - MOST_COMPLAINTS} more`] : [];
    const allowed = `allowed: {"parameters": {...}, "objectives": [...]}, with ${objectiveCount} numbers, or null for what failed`;
    throw new CommandError(
      'invalid',
      [
        `${path} has lines that are no results of this search; ${allowed}`,
        ...complaints.slice(0, MOST_COMPLAINTS),
        ...more,
      ].join('\n'),
    );
  }
  return added;
}

/** @returns what is wrong with the line; nothing where it is added */
function addLine(search: Search, line: string, objectiveCount: number): string[] {
  let value: unknown;
  try {
    value = parseJsonLine(line);
    const { parameters, objectives } = LineSchema.parse(value);
    if (objectives !== null && objectives.length !== objectiveCount) {
      return [`objectives ${JSON.stringify(objectives)}: ${objectives.length} numbers; allowed: ${objectiveCount}`];
    }
    search.addObservation(parameters, objectives);
    return [];
  } catch (error) {
    if (error instanceof z.ZodError) return fieldLines(fieldErrors(error.issues, value)).map((each) => each.trim());
    if (error instanceof Error) return [error.message];
    throw error;
  }
}
