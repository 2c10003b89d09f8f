import type { PruningSchedule } from '@espalier/contracts';

/** Fields of a schedule with a column for each layer. */
const OF_LAYERS = ['density', 'filters.density'];

/**
 * A schedule as the columns of a table, named by their paths: `criterion`, `density.conv1`,
 * `fineTune.epochs`.
 */
export function scheduleColumns(schedule: PruningSchedule): Record<string, string | number> {
  const columns: Record<string, string | number> = {};
  const add = (path: string, value: unknown): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, part] of Object.entries(value)) add(path === '' ? key : `${path}.${key}`, part);
    } else if (typeof value === 'string' || typeof value === 'number') columns[path] = value;
  };
  add('', schedule);
  return columns;
}

/**
 * The inverse of `scheduleColumns`, unchecked: empty fields are left out, and numeric texts become
 * numbers.
 *
 * @param columns columns of a schedule among others
 */
export function scheduleOfColumns(columns: Readonly<Record<string, string>>): Record<string, unknown> {
  const schedule: Record<string, unknown> = {};
  for (const [path, text] of Object.entries(columns)) {
    if (text === '' || !isOfSchedule(path)) continue;
    const keys = keysOf(path);
    const last = keys.pop() ?? path;
    let at = schedule;
    for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>;
    at[last] = text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  }
  return schedule;
}

const FIELDS = ['criterion', 'allocation', 'repairNorm', 'density', 'filters', 'loop', 'fineTune'];

const isOfSchedule = (path: string): boolean => FIELDS.includes(path.split('.', 1)[0]);

/** Layer names may contain points. */
function keysOf(path: string): string[] {
  const field = OF_LAYERS.find((each) => path.startsWith(`${each}.`));
  return field === undefined ? path.split('.') : [...field.split('.'), path.slice(field.length + 1)];
}
