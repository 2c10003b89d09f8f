import { readFile } from 'node:fs/promises';
import { PriorResultSchema, type PriorResult } from '@espalier/contracts';
import { CsvError, parse } from 'csv-parse/sync';
import { CommandError } from '../command-error.js';
import { scheduleOfColumns } from '../output/schedule-columns.js';

const ACCURACY = 'validation_accuracy';
const NEEDED = [ACCURACY, 'energy', 'criterion', 'fineTune.epochs'];
const MOST_COMPLAINTS = 10;

/**
 * Results from elsewhere, a row each, in the columns of `front --format csv` and `candidate list
 * --csv`. Rows without an accuracy, of candidates that failed, are left out.
 *
 * @throws CommandError naming the columns that are missing, or line, column and value of what is
 *   wrong
 */
export async function readPriorResults(path: string): Promise<PriorResult[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError('invalid', `${path} cannot be read (${error.code ?? error.message})`);
  });
  const rows = parseCsv(path, text);
  const columns = Object.keys(rows[0]?.record ?? {});
  const missing = NEEDED.filter((column) => !columns.includes(column));
  if (!columns.some((column) => column.startsWith('density.'))) missing.push('density.<layer>');
  if (missing.length > 0) {
    const what = rows.length === 0 ? 'has no rows' : `has no column ${missing.join(', ')}`;
    throw new CommandError(
      'invalid',
      `${path} ${what}; results to begin with need ${[...NEEDED, 'density.<layer>'].join(', ')}: what \`espalier candidate list <campaign> --csv\` prints`,
    );
  }
  const complaints: string[] = [];
  const results: PriorResult[] = [];
  for (const { record, line } of rows) {
    if (record[ACCURACY] === '') continue;
    const parsed = PriorResultSchema.safeParse({
      schedule: scheduleOfColumns(record),
      accuracy: Number(record[ACCURACY]),
      energy: Number(record.energy),
      ...(record.latency && { latency: Number(record.latency) }),
    });
    if (parsed.success) results.push(parsed.data);
    else for (const { path: at, message } of parsed.error.issues) complaints.push(complaint(line, at, message, record));
  }
  if (complaints.length > 0) {
    const more = complaints.length > MOST_COMPLAINTS ? [`  and ${complaints.length - MOST_COMPLAINTS} more`] : [];
    throw new CommandError(
      'invalid',
      [`${path} has results that cannot be used:`, ...complaints.slice(0, MOST_COMPLAINTS), ...more].join('\n'),
    );
  }
  if (results.length === 0) throw new CommandError('invalid', `${path} has no row with a ${ACCURACY}`);
  return results;
}

function complaint(line: number, at: PropertyKey[], message: string, record: Record<string, string>): string {
  const [field, ...rest] = at.map(String);
  const column = field === 'schedule' ? rest.join('.') : field === 'accuracy' ? ACCURACY : field;
  const value = record[column] as string | undefined;
  return `  line ${line}, ${column}${value === undefined ? '' : ` ${JSON.stringify(value)}`}: ${message}`;
}

function parseCsv(path: string, text: string): { record: Record<string, string>; line: number }[] {
  try {
    const parsed: unknown = parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true, info: true });
    return (parsed as { record: Record<string, string>; info: { lines: number } }[]).map(({ record, info }) => ({
      record,
      line: info.lines,
    }));
  } catch (error) {
    if (error instanceof CsvError) throw new CommandError('invalid', `${path} is not CSV: ${error.message}`);
    throw error;
  }
}
