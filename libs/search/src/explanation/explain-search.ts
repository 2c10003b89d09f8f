import type { CampaignSpec, PruningSchedule } from '@espalier/contracts';
import { hypervolume, nonDominatedSort } from '@espalier/pareto';
import { RandomStream } from '@espalier/random';
import { frontierOptions } from '../strategies/create-strategy.js';
import { FrontierSearch } from '../frontier/frontier-search.js';
import { ScheduleCoding } from '../space/schedule-coding.js';
import type { KnownObjectives } from '../strategy.js';
import { parameterImportance } from './parameter-importance.js';

export interface MeasuredSchedule {
  readonly schedule: PruningSchedule;
  /** Loss (1 − accuracy) and cost. */
  readonly objectives: readonly [number, number];
}

export interface SearchExplanation {
  /**
   * Of each parameter that the space leaves open, its share in what tells the best tenth from the
   * others; most first; null of fewer than ten results.
   */
  readonly importance: readonly { parameter: string; share: number }[] | null;
  /**
   * Errors of a model of the first four fifths of the results on the last fifth; null with fewer
   * than ten results.
   */
  readonly foretold: {
    readonly results: number;
    /** Median error of the accuracy. */
    readonly medianAccuracyError: number;
    /** Median relative error of the cost. */
    readonly medianCostError: number;
  } | null;
  /**
   * Relative growth of the hypervolume with this many more candidates of `frontier`, in three
   * simulated rollouts; null while it is 0.
   */
  readonly outlook: readonly { candidates: number; least: number; median: number; most: number }[] | null;
}

const BEST = 0.1;
const FEWEST_BEST = 5;
const FEWEST = 10;
const COURSES = 3;
const SEED = 1;

/**
 * Explains a campaign's results by the model of `frontier`: important parameters, the model's
 * error, and the hypervolume still to gain.
 *
 * @param results in the order in which they came; at least two
 * @param looks numbers of further candidates, rising, for which the gain is predicted
 */
export function explainSearch(
  spec: Pick<CampaignSpec, 'space' | 'objectives' | 'constraints'>,
  foreknowledge: KnownObjectives,
  results: readonly MeasuredSchedule[],
  looks: readonly number[] = [10, 30, 100],
): SearchExplanation {
  const coding = new ScheduleCoding(spec.space);
  const options = frontierOptions(spec, coding, foreknowledge);
  const cube = coding.cube();
  const told = results.map(({ schedule, objectives }) => ({ point: coding.encode(schedule), objectives }));
  const modelOf = (some: typeof told): FrontierSearch => {
    const search = new FrontierSearch(cube, options);
    for (const { point, objectives } of some) search.observe(point, objectives);
    return search;
  };
  const isEnough = told.length >= FEWEST;
  return {
    importance: isEnough ? importance(coding.names, cube.choices, told) : null,
    foretold: isEnough ? predict(told, modelOf) : null,
    outlook: outlook(modelOf(told), told, options.reference, looks),
  };
}

function importance(
  names: readonly string[],
  choices: readonly (number | undefined)[],
  told: readonly ToldPoint[],
): SearchExplanation['importance'] {
  const shares = parameterImportance(
    told.map(({ point }) => point),
    amongBest(told.map(({ objectives }) => objectives)),
    choices,
  );
  return names.map((parameter, j) => ({ parameter, share: shares[j] })).sort((x, y) => y.share - x.share);
}

/** The first fronts, until there are a tenth. */
function amongBest(objectives: readonly (readonly [number, number])[]): boolean[] {
  const count = Math.max(FEWEST_BEST, Math.ceil(BEST * objectives.length));
  const best = new Set<number>();
  for (const rank of nonDominatedSort(objectives)) {
    if (best.size >= count) break;
    for (const i of rank) best.add(i);
  }
  return objectives.map((_, i) => best.has(i));
}

type ToldPoint = { point: number[]; objectives: readonly [number, number] };

function predict(
  told: readonly ToldPoint[],
  modelOf: (some: ToldPoint[]) => FrontierSearch,
): NonNullable<SearchExplanation['foretold']> {
  const known = Math.floor(0.8 * told.length);
  const foretold = modelOf(told.slice(0, known)).predict(told.slice(known).map(({ point }) => point));
  const errors = told.slice(known).map(({ objectives: [loss, cost] }, i) => ({
    accuracy: Math.abs(foretold[i][0] - loss),
    cost: Math.abs(foretold[i][1] / cost - 1),
  }));
  return {
    results: errors.length,
    medianAccuracyError: median(errors.map(({ accuracy }) => accuracy)),
    medianCostError: median(errors.map(({ cost }) => cost)),
  };
}

function outlook(
  search: FrontierSearch,
  results: readonly ToldPoint[],
  reference: readonly number[],
  looks: readonly number[],
): SearchExplanation['outlook'] {
  const known = results.map(({ objectives }) => objectives);
  const now = hypervolume(known, reference);
  if (now === 0) return null;
  const courses = Array.from({ length: COURSES }, (_, course) =>
    search.simulateRollout(new RandomStream(SEED, course), Math.max(...looks)),
  );
  return looks.map((candidates) => {
    const growths = courses
      .map((course) => hypervolume([...known, ...course.slice(0, candidates)], reference) / now - 1)
      .sort((a, b) => a - b);
    return { candidates, least: growths[0], median: median(growths), most: growths[growths.length - 1] };
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}
