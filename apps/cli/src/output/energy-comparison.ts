import type { NetworkEnergy } from '@espalier/energy-model';
import { barsText, partsOf, PARTS, type Bar } from './energy-plot.js';
import { energy, energyUnit, percent, table } from './print.js';

/** One case of a comparison. */
export interface Compared {
  readonly label: string;
  readonly report: NetworkEnergy;
  readonly weights: number;
}

const bar = ({ label, report }: Compared): Bar => ({ label, parts: partsOf(report.layers) });

/** A table of totals, bars, and the layers that make the difference to the first case. */
export function comparisonText(all: readonly Compared[]): string {
  const [base] = all;
  const rows = all.map(({ label, report, weights }) => {
    const parts = partsOf(report.layers);
    const macs = report.layers.reduce((sum, layer) => sum + layer.macs, 0) / report.batch;
    return [
      label,
      (weights / 1e6).toFixed(2),
      (macs / 1e6).toFixed(1),
      energy(report.total),
      report.unit,
      report.unit === base.report.unit ? (report.total / base.report.total).toFixed(2) : '–',
      ...PARTS.slice(0, 4).map((part) => percent(parts[part] / report.total, 1)),
    ];
  });
  const head = ['', 'weights 10⁶', 'MACs 10⁶', 'energy 10⁶', 'unit', `× ${base.label}`, ...PARTS.slice(0, 4)];
  return [
    table(head, rows),
    barsText(all.filter(({ report }) => report.unit === base.report.unit).map(bar)),
    ...all.slice(1).map((other) => differences(base, other)),
  ].join('\n\n');
}

/** Layers by their part of the difference; layers of one name are compared, others count alone. */
function differences(base: Compared, other: Compared): string {
  const totals = (compared: Compared): Map<string, number> =>
    new Map(compared.report.layers.map(({ name, total }) => [name, total]));
  const { unit } = base.report;
  if (other.report.unit !== unit) {
    return `${other.label} is described in ${other.report.unit}, ${base.label} in ${unit}: their energies cannot be compared, only how they are spent.`;
  }
  const [before, after] = [totals(base), totals(other)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const difference = other.report.total - base.report.total;
  const rows = names
    .map((name) => ({ name, from: before.get(name), to: after.get(name) }))
    .map((row) => ({ ...row, change: (row.to ?? 0) - (row.from ?? 0) }))
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, MOST)
    .map(({ name, from, to, change }) => [
      name,
      from === undefined ? '–' : energy(from),
      to === undefined ? '–' : energy(to),
      `${change > 0 ? '+' : ''}${energy(change)}`,
    ]);
  const more = names.length > MOST ? `, the ${MOST} that matter most of ${names.length} layers` : '';
  return [
    `${other.label} takes ${energy(Math.abs(difference))} ${energyUnit(unit)} ${difference < 0 ? 'less' : 'more'} than ${base.label}${more}:`,
    table(['layer', base.label, other.label, 'change'], rows),
  ].join('\n');
}

const MOST = 10;
