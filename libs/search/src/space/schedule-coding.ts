import type { PruningSchedule, ScheduleSpace } from '@espalier/contracts';
import type { RandomStream } from '@espalier/random';
import { choiceAt, cubeOf, type CubeSpace, type Dimension } from './unit-cube-space.js';
import { conditionOf, coordinatesOf, hasOption, nameOf, type Coordinate } from './schedule-coordinates.js';

type Filters = NonNullable<PruningSchedule['filters']>;

/**
 * Schedules as points of the unit cube, for strategies that cross and mutate numbers. Layers are
 * taken in alphabetical order, so that a space means the same however its keys were ordered on the
 * way.
 */
export class ScheduleCoding {
  readonly #coordinates: readonly Coordinate[];
  /** What every schedule of the space has alike. */
  readonly #loop: PruningSchedule['loop'];
  readonly #noDenser: readonly (readonly [string, string])[];
  readonly #fixed: Partial<PruningSchedule['fineTune']>;

  constructor(space: ScheduleSpace) {
    this.#coordinates = coordinatesOf(space);
    this.#loop = space.loop;
    this.#noDenser = space.noDenser ?? [];
    this.#fixed = {
      ...(space.fineTune.rewindTo !== undefined && { rewindTo: space.fineTune.rewindTo }),
      ...(space.fineTune.patience !== undefined && { patience: space.fineTune.patience }),
    };
  }

  get dimensions(): number {
    return this.#coordinates.length;
  }

  /** Of each dimension, in the words of a campaign's file. */
  get names(): string[] {
    return this.#coordinates.map(nameOf);
  }

  cube(): CubeSpace {
    return cubeOf(
      this.#coordinates.map((coordinate): Dimension => {
        if ('options' in coordinate) {
          const when = conditionOf(this.#coordinates, coordinate.kind);
          return {
            ...{ isDensity: false, choices: coordinate.options.length, isCategorical: true },
            ...(when && { when }),
          };
        }
        const { kind, low, high } = coordinate;
        if (kind === 'epochs' || kind === 'filterEpochs') return { isDensity: false, choices: high - low + 1 };
        return { isDensity: kind === 'density' || kind === 'filterDensity' };
      }),
    );
  }

  /** Number of values of each coordinate; Infinity where it is continuous. */
  get counts(): number[] {
    return this.#coordinates.map((coordinate) => {
      if ('options' in coordinate) return coordinate.options.length;
      const { kind, low, high } = coordinate;
      if (kind === 'epochs' || kind === 'filterEpochs') return high - low + 1;
      return low === high ? 1 : Infinity;
    });
  }

  random(random: RandomStream): number[] {
    return this.#coordinates.map(() => random.uniform());
  }

  /** @param point one number in [0, 1] for each dimension */
  decode(point: readonly number[]): PruningSchedule {
    const density: Record<string, number> = {};
    let schedule: PruningSchedule = {
      criterion: 'magnitude',
      density,
      ...(this.#loop && { loop: this.#loop }),
      fineTune: { ...this.#fixed, epochs: 0 },
    };
    const tune = (change: Partial<PruningSchedule['fineTune']>): void => {
      schedule = { ...schedule, fineTune: { ...schedule.fineTune, ...change } };
    };
    const ofFilters = (change: (before: Filters) => Partial<Filters>): void => {
      const before = schedule.filters ?? { criterion: 'filter-energy-aware', density: {}, epochs: 0 };
      schedule = { ...schedule, filters: { ...before, ...change(before) } };
    };
    this.#coordinates.forEach((coordinate, i) => {
      const at = point[i];
      // The criterion comes before its options.
      if (!hasOption(schedule.criterion, coordinate.kind)) return;
      switch (coordinate.kind) {
        case 'density':
          for (const layer of coordinate.layers) density[layer] = amountAt(at, coordinate);
          break;
        case 'epochs':
          tune({ epochs: coordinate.low + choiceAt(at, coordinate.high - coordinate.low + 1) });
          break;
        case 'filterDensity':
          for (const layer of coordinate.layers) {
            ofFilters((before) => ({ density: { ...before.density, [layer]: amountAt(at, coordinate) } }));
          }
          break;
        case 'filterEpochs':
          ofFilters(() => ({ epochs: coordinate.low + choiceAt(at, coordinate.high - coordinate.low + 1) }));
          break;
        case 'filterCriterion':
          ofFilters(() => ({ criterion: coordinate.options[choiceAt(at, coordinate.options.length)] }));
          break;
        case 'criterion':
          schedule = { ...schedule, criterion: coordinate.options[choiceAt(at, coordinate.options.length)] };
          break;
        case 'allocation':
          schedule = { ...schedule, allocation: coordinate.options[choiceAt(at, coordinate.options.length)] };
          break;
        case 'repairNorm':
          schedule = { ...schedule, repairNorm: coordinate.options[choiceAt(at, coordinate.options.length)] };
          break;
        case 'optimizer':
          tune({ optimizer: coordinate.options[choiceAt(at, coordinate.options.length)] });
          break;
        case 'learningRate':
          tune({ learningRate: { name: 'cosine', peak: amountAt(at, coordinate) } });
          break;
        case 'labelSmoothing':
          tune({ labelSmoothing: amountAt(at, coordinate) });
          break;
        case 'scalePenalty':
          tune({ scalePenalty: amountAt(at, coordinate) });
          break;
        case 'distillation':
          tune({ distillation: { share: amountAt(at, coordinate), temperature: TEMPERATURE } });
          break;
      }
    });
    // As often as there are pairs: one may limit what limits another.
    for (let pass = 0; pass < this.#noDenser.length; pass++) {
      for (const [layer, other] of this.#noDenser) density[layer] = Math.min(density[layer], density[other]);
    }
    return schedule;
  }

  /** The inverse of `decode`, up to its rounding. */
  encode({ criterion, density, allocation = 'layer', repairNorm = 2, filters, fineTune }: PruningSchedule): number[] {
    const among = <Option>(options: readonly Option[], value: Option | undefined): number =>
      (Math.max(
        0,
        options.findIndex((option) => option === value),
      ) +
        0.5) /
      options.length;
    return this.#coordinates.map((coordinate) => {
      switch (coordinate.kind) {
        case 'density':
          return positionOf(density[coordinate.layers[0]], coordinate);
        case 'filterDensity':
          return positionOf(filters?.density[coordinate.layers[0]] ?? coordinate.high, coordinate);
        case 'epochs':
          return (fineTune.epochs - coordinate.low + 0.5) / (coordinate.high - coordinate.low + 1);
        case 'filterEpochs':
          return ((filters?.epochs ?? coordinate.low) - coordinate.low + 0.5) / (coordinate.high - coordinate.low + 1);
        case 'filterCriterion':
          return among(coordinate.options, filters?.criterion);
        case 'criterion':
          return among(coordinate.options, criterion);
        case 'allocation':
          return among(coordinate.options, allocation);
        case 'repairNorm':
          return among(coordinate.options, repairNorm);
        case 'optimizer':
          return among(coordinate.options, fineTune.optimizer);
        case 'learningRate':
          return positionOf(fineTune.learningRate?.peak ?? coordinate.low, coordinate);
        case 'labelSmoothing':
          return positionOf(fineTune.labelSmoothing ?? coordinate.low, coordinate);
        case 'scalePenalty':
          return positionOf(fineTune.scalePenalty ?? coordinate.low, coordinate);
        case 'distillation':
          return positionOf(fineTune.distillation?.share ?? coordinate.low, coordinate);
      }
    });
  }
}

/** Of distillation, as Hinton et al. 2015 found it to work for small networks. */
const TEMPERATURE = 4;

function amountAt(at: number, { low, high }: { low: number; high: number }): number {
  const value = low > 0 ? low * (high / low) ** at : low + (high - low) * at;
  // Five digits say all that a layer of a hundred thousand weights can tell apart, and print well.
  return Math.min(high, Math.max(low, Number(value.toPrecision(5))));
}

function positionOf(value: number, { low, high }: { low: number; high: number }): number {
  if (high === low) return 0.5;
  return low > 0 ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}
