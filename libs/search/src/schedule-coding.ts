import type { PruningSchedule, ScheduleSpace } from '@espalier/contracts';
import type { RandomStream } from '@espalier/random';

/** One coordinate of a schedule space. Densities are searched on a logarithmic scale where that is possible. */
type Coordinate =
  | { kind: 'density'; layer: string; low: number; high: number }
  | { kind: 'epochs'; low: number; high: number }
  | { kind: 'criterion'; options: ScheduleSpace['criterion'] };

/**
 * Schedules as points of the unit cube, for strategies that cross and mutate numbers. Layers are taken in alphabetical
 * order, so that a space means the same however its keys were ordered on the way.
 */
export class ScheduleCoding {
  readonly #coordinates: readonly Coordinate[];

  constructor(space: ScheduleSpace) {
    const layers = Object.keys(space.density).sort();
    this.#coordinates = [
      ...layers.map((layer): Coordinate => {
        const [low, high] = space.density[layer];
        return { kind: 'density', layer, low, high };
      }),
      { kind: 'epochs', low: space.fineTune.epochs[0], high: space.fineTune.epochs[1] },
      { kind: 'criterion', options: space.criterion },
    ];
  }

  get dimensions(): number {
    return this.#coordinates.length;
  }

  random(random: RandomStream): number[] {
    return this.#coordinates.map(() => random.uniform());
  }

  /** @param point one number in [0, 1] for each dimension */
  decode(point: readonly number[]): PruningSchedule {
    const density: Record<string, number> = {};
    let epochs = 0;
    let criterion: PruningSchedule['criterion'] = 'magnitude';
    this.#coordinates.forEach((coordinate, i) => {
      if (coordinate.kind === 'density') density[coordinate.layer] = densityAt(point[i], coordinate);
      else if (coordinate.kind === 'epochs') {
        epochs = coordinate.low + choice(point[i], coordinate.high - coordinate.low + 1);
      } else criterion = coordinate.options[choice(point[i], coordinate.options.length)];
    });
    return { criterion, density, fineTune: { epochs } };
  }

  /** The inverse of `decode`, up to its rounding. */
  encode(schedule: PruningSchedule): number[] {
    return this.#coordinates.map((coordinate) => {
      if (coordinate.kind === 'density') return densityPosition(schedule.density[coordinate.layer], coordinate);
      if (coordinate.kind === 'epochs') {
        return (schedule.fineTune.epochs - coordinate.low + 0.5) / (coordinate.high - coordinate.low + 1);
      }
      return (coordinate.options.indexOf(schedule.criterion) + 0.5) / coordinate.options.length;
    });
  }
}

const choice = (at: number, options: number): number => Math.min(options - 1, Math.floor(at * options));

function densityAt(at: number, { low, high }: { low: number; high: number }): number {
  const value = low > 0 ? low * (high / low) ** at : low + (high - low) * at;
  // Five digits say all that a layer of a hundred thousand weights can tell apart, and print well.
  return Math.min(high, Math.max(low, Number(value.toPrecision(5))));
}

function densityPosition(value: number, { low, high }: { low: number; high: number }): number {
  if (high === low) return 0.5;
  return low > 0 ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}
