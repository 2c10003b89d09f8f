import Table from 'cli-table3';
import pc from 'picocolors';

/** Prints a value as JSON on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints progress on standard error, so that standard output can be piped. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A table with aligned numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({
    head: head.map((title) => pc.bold(title)),
    colAligns: head.map((_, i) =>
      rows.every((row) => /^[-+]?[\d.,]+( ×| %)?$|^–?$/.test(row[i] ?? '')) ? 'right' : 'left',
    ),
    style: { head: [], border: [], compact: true },
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}

export const percent = (fraction: number | null, digits = 2): string =>
  fraction === null ? '–' : `${(100 * fraction).toFixed(digits)} %`;

/**
 * What `energy` gives energies in. @param unit the accelerator's; undefined where none has been
 * priced yet
 */
export const energyUnit = (unit: string | undefined): string => `10⁶ ${unit ?? ''}`.trim();

/**
 * An energy in millions of the accelerator's unit, three digits of it where it is less than one:
 * some units are large.
 */
export function energy(value: number | null): string {
  return value === null ? '–' : shortNumber(value / 1e6);
}

export function shortNumber(value: number): string {
  return value === 0 || Math.abs(value) >= 1 ? value.toFixed(2) : value.toPrecision(3);
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const minutes = Math.floor(seconds / 60);
  return minutes >= 60
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : minutes > 0
      ? `${minutes} min ${Math.round(seconds % 60)} s`
      : `${Math.round(seconds)} s`;
}
