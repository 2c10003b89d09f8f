import type { PruningSchedule, ScheduleSpace } from '@espalier/contracts';
import { isOfFilters, patternOf } from '@espalier/contracts/criteria';
import type { Dimension } from './unit-cube-space.js';

/**
 * One coordinate of a schedule space. Amounts are searched on a logarithmic scale where that is
 * possible.
 */
export type Coordinate =
  | { kind: 'density' | 'filterDensity'; layers: readonly string[]; low: number; high: number }
  | { kind: 'epochs' | 'filterEpochs'; low: number; high: number }
  | { kind: 'filterCriterion'; options: NonNullable<ScheduleSpace['filters']>['criterion'] }
  | { kind: 'criterion'; options: ScheduleSpace['criterion'] }
  | { kind: 'allocation'; options: NonNullable<ScheduleSpace['allocation']> }
  | { kind: 'repairNorm'; options: NonNullable<ScheduleSpace['repairNorm']> }
  | { kind: 'optimizer'; options: NonNullable<ScheduleSpace['fineTune']['optimizer']> }
  | { kind: Amount; low: number; high: number };

/** Numbers of fine-tuning that a space may leave open. */
type Amount = 'learningRate' | 'labelSmoothing' | 'distillation' | 'scalePenalty';
const AMOUNTS: readonly Amount[] = ['learningRate', 'labelSmoothing', 'distillation', 'scalePenalty'];

/** What of a space is left open, each as one coordinate. */
export function coordinatesOf(space: ScheduleSpace): Coordinate[] {
  return [
    ...densities('density', space.density, space.tied),
    { kind: 'epochs', low: space.fineTune.epochs[0], high: space.fineTune.epochs[1] },
    { kind: 'criterion', options: space.criterion },
    // What a space does not name is no coordinate, so that older campaigns are searched as they
    // were begun.
    ...(space.allocation ? [{ kind: 'allocation' as const, options: space.allocation }] : []),
    ...(space.fineTune.optimizer ? [{ kind: 'optimizer' as const, options: space.fineTune.optimizer }] : []),
    ...AMOUNTS.flatMap((kind): Coordinate[] => {
      const range = space.fineTune[kind];
      return range ? [{ kind, low: range[0], high: range[1] }] : [];
    }),
    ...(space.repairNorm ? [{ kind: 'repairNorm' as const, options: space.repairNorm }] : []),
    ...(space.filters
      ? [
          ...densities('filterDensity', space.filters.density, space.tied),
          { kind: 'filterEpochs' as const, low: space.filters.epochs[0], high: space.filters.epochs[1] },
          { kind: 'filterCriterion' as const, options: space.filters.criterion },
        ]
      : []),
  ];
}

/** In the words of a campaign's file. */
export function nameOf(coordinate: Coordinate): string {
  switch (coordinate.kind) {
    case 'density':
      return coordinate.layers.join(' = ');
    case 'filterDensity':
      return `filters of ${coordinate.layers.join(' = ')}`;
    case 'filterCriterion':
      return 'filters.criterion';
    case 'filterEpochs':
      return 'filters.epochs';
    case 'criterion':
    case 'allocation':
    case 'repairNorm':
      return coordinate.kind;
    case 'epochs':
    case 'optimizer':
    case 'learningRate':
    case 'labelSmoothing':
    case 'distillation':
    case 'scalePenalty':
      return `fineTune.${coordinate.kind}`;
  }
}

/** A criterion's own options say nothing of schedules of another. */
export function conditionOf(coordinates: readonly Coordinate[], kind: Coordinate['kind']): Dimension['when'] {
  const dimension = coordinates.findIndex((each) => each.kind === 'criterion');
  const criterion = coordinates[dimension];
  if (criterion.kind !== 'criterion') return undefined;
  const options = criterion.options.flatMap((each, i) => (hasOption(each, kind) ? [i] : []));
  return options.length < criterion.options.length ? { dimension, options } : undefined;
}

/** Whether an option is one that schedules of a criterion have. */
export function hasOption(criterion: PruningSchedule['criterion'], kind: Coordinate['kind']): boolean {
  if (kind === 'repairNorm') return criterion === 'energy-aware';
  if (kind === 'allocation') return !patternOf(criterion) && !isOfFilters(criterion);
  return true;
}

/** One for each layer, or for those that are tied together. */
function densities(
  kind: 'density' | 'filterDensity',
  ranges: ScheduleSpace['density'],
  tied: ScheduleSpace['tied'] = [],
): Coordinate[] {
  const groupOf = (layer: string): string[] =>
    (tied.find((layers) => layers.includes(layer)) ?? [layer]).filter((each) => each in ranges).sort();
  return Object.keys(ranges)
    .sort()
    .filter((layer) => groupOf(layer)[0] === layer)
    .map((layer) => ({ kind, layers: groupOf(layer), low: ranges[layer][0], high: ranges[layer][1] }));
}
