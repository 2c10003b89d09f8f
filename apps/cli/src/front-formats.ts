import type { Front, PruningSchedule } from '@espalier/contracts';
import { frontPlot } from './front-plot.js';
import { energy, percent, table } from './output.js';

export const FRONT_FORMATS = ['table', 'json', 'csv', 'svg'] as const;
export type FrontFormat = (typeof FRONT_FORMATS)[number];

/** A front as text in one of the formats. */
export function formatFront(front: Front, format: FrontFormat): string {
  switch (format) {
    case 'table':
      return frontTable(front);
    case 'json':
      return JSON.stringify(front, null, 2);
    case 'csv':
      return frontCsv(front);
    case 'svg':
      return frontPlot(front);
  }
}

/** A schedule in a few words, such as "energy-aware conv1 .3 conv2 .05, 2 epochs". */
export function shortSchedule({ criterion, density, fineTune }: PruningSchedule): string {
  const layers = Object.entries(density).map(([layer, kept]) => `${layer} ${kept.toPrecision(2).replace(/^0/, '')}`);
  return `${criterion}: ${layers.join(' ')}, ${fineTune.epochs} ep`;
}

export const timesLess = (front: Front, value: number | null): number | null =>
  front.dense && value !== null ? front.dense.energy.total / value : null;

function frontTable(front: Front): string {
  const dense = front.dense
    ? [
        [
          'dense',
          percent(front.dense.validationAccuracy),
          percent(front.dense.testAccuracy),
          energy(front.dense.energy.total),
          '1.00',
          '100.00 %',
          '',
        ],
      ]
    : [];
  const points = front.points.map((point) => [
    String(point.number),
    percent(point.validationAccuracy),
    percent(point.testAccuracy),
    energy(point.energy),
    timesLess(front, point.energy)?.toFixed(2) ?? '–',
    percent(point.weightsLeft),
    shortSchedule(point.schedule),
  ]);
  return table(['#', 'validation', 'test', 'energy 10⁶', '× less', 'weights left', 'schedule'], [...points, ...dense]);
}

function frontCsv(front: Front): string {
  const layers = [...new Set(front.points.flatMap(({ schedule }) => Object.keys(schedule.density)))];
  const head = [
    'candidate',
    'number',
    'validation_accuracy',
    'test_accuracy',
    'energy',
    'times_less_than_dense',
    'weights_left',
    'criterion',
    'epochs',
    ...layers.map((layer) => `density_${layer}`),
  ];
  const rows = front.points.map((point) => [
    point.id,
    point.number,
    point.validationAccuracy,
    point.testAccuracy ?? '',
    point.energy,
    timesLess(front, point.energy) ?? '',
    point.weightsLeft,
    point.schedule.criterion,
    point.schedule.fineTune.epochs,
    ...layers.map((layer) => point.schedule.density[layer] ?? 1),
  ]);
  // No field holds a comma or a quote: ids, numbers and names of a fixed alphabet.
  return [head, ...rows].map((row) => row.join(',')).join('\n');
}
