import type { Cost, Front, PruningSchedule } from '@espalier/contracts';
import { candidateCsv } from './candidate-csv.js';
import { costText, costTitle, denseCosts, formatReduction } from './cost.js';
import { frontPlot } from './front-plot.js';
import { percent, table } from './print.js';

export const FRONT_FORMATS = ['table', 'json', 'csv', 'svg'] as const;
export type FrontFormat = (typeof FRONT_FORMATS)[number];

/** A front as text in one of the formats. */
export async function formatFront(front: Front, format: FrontFormat): Promise<string> {
  switch (format) {
    case 'table':
      return frontTable(front);
    case 'json':
      return JSON.stringify(front, null, 2);
    case 'csv':
      return candidateCsv(front.points, front);
    case 'svg':
      return frontPlot(front);
  }
}

/** A schedule in a few words, such as "energy-aware conv1 .3 conv2 .05, 2 epochs". */
export function shortSchedule({ criterion, density, filters, loop, fineTune }: PruningSchedule): string {
  const stage = (name: string, of: Record<string, number>, epochs: number): string => {
    const layers = Object.entries(of).map(([layer, kept]) => `${layer} ${kept.toPrecision(2).replace(/^0/, '')}`);
    return `${name}: ${layers.join(' ')}, ${epochs} ep`;
  };
  return [
    ...(filters ? [stage(filters.criterion, filters.density, filters.epochs)] : []),
    stage(criterion, density, fineTune.epochs),
    ...(loop ? [`on by ${loop.keep} while at most ${percent(loop.accuracyLoss)} lost`] : []),
  ].join('; ');
}

export const emptyFront = (cost: Cost): string =>
  `No result keeps to the constraints yet, or none takes less ${cost} than the dense network.`;

function frontTable(front: Front): string {
  const dense = front.dense
    ? [
        [
          'dense',
          percent(front.dense.validationAccuracy),
          percent(front.dense.testAccuracy),
          costText(front, denseCosts(front)),
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
    costText(front, point),
    formatReduction(front, point),
    percent(point.weightsLeft),
    shortSchedule(point.schedule),
  ]);
  const drawn = table(
    ['#', 'validation', 'test', costTitle(front), '× less', 'weights left', 'schedule'],
    [...points, ...dense],
  );
  return points.length > 0 ? drawn : `${drawn}\n${emptyFront(front.cost)}`;
}
