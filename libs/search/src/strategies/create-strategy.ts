import { otherCost, type CampaignSpec, type Cost } from '@espalier/contracts';
import { cubeStrategy } from './cube-strategies.js';
import type { CubeStrategy } from '../space/unit-cube-space.js';
import type { FrontierOptions } from '../frontier/frontier-options.js';
import { ScheduleCoding } from '../space/schedule-coding.js';
import { ScheduleStrategy } from './schedule-strategy.js';
import type { KnownObjectives, Strategy } from '../strategy.js';

type StrategySpec = Pick<CampaignSpec, 'strategy' | 'space' | 'budget' | 'objectives' | 'constraints' | 'rungs'>;

/** The strategy that a campaign names, told nothing yet. */
export function createStrategy(spec: StrategySpec, foreknowledge: KnownObjectives): Strategy {
  const coding = new ScheduleCoding(spec.space);
  return new ScheduleStrategy(coding, overCube(spec, coding, foreknowledge));
}

/**
 * A third of a small budget goes into the random start; beyond 150 candidates the usual 50 is
 * enough.
 */
function populationOf({ candidates }: CampaignSpec['budget']): number {
  return Math.min(50, Math.max(4, Math.ceil(candidates / 3)));
}

/** Beyond so many dimensions distances between schedules say little. */
const MOST_DIMENSIONS = 60;
/** From so many candidates on, a population finds as much, and proposing takes nothing. */
const MANY_CANDIDATES = 10_000;

/** What `auto` comes to, and why. */
export function chooseStrategy(dimensions: number, candidates: number): { name: 'frontier' | 'nsga2'; why: string } {
  if (dimensions > MOST_DIMENSIONS) {
    return {
      name: 'nsga2',
      why: `in ${dimensions} dimensions, more than ${MOST_DIMENSIONS}, a model has little to go by`,
    };
  }
  if (candidates > MANY_CANDIDATES && candidates < 1_000_000) {
    return { name: 'nsga2', why: `${candidates} candidates are enough for a population to find the front` };
  }
  return { name: 'frontier', why: `in ${dimensions} dimensions a model needs a tenth of the candidates` };
}

function overCube(
  { strategy: { name, seed }, budget, objectives, constraints, rungs }: StrategySpec,
  coding: ScheduleCoding,
  foreknowledge: KnownObjectives,
): CubeStrategy {
  const chosen = name === 'auto' ? chooseStrategy(coding.dimensions, budget.candidates).name : name;
  return cubeStrategy(chosen, coding.cube(), seed, {
    populationSize: populationOf(budget),
    gridPoints: budget.candidates,
    frontier: {
      ...frontierOptions({ objectives, constraints }, coding, foreknowledge),
      hasFidelities: rungs !== undefined,
    },
  });
}

/** What a model of a campaign's schedules knows of their results beforehand. */
export function frontierOptions(
  { objectives: [, cost], constraints }: Pick<CampaignSpec, 'objectives' | 'constraints'>,
  coding: ScheduleCoding,
  { denseCost, costOf = {} }: KnownObjectives,
): FrontierOptions {
  const other = otherCost(cost);
  const known = (of: Cost) => {
    const ofSchedule = costOf[of];
    return ofSchedule && ((point: readonly number[]) => ofSchedule(coding.decode(point)));
  };
  const [knownCost, knownOther, limit] = [known(cost), known(other), constraints[other]];
  return {
    // What breaks a constraint is worth nothing.
    reference: [1 - (constraints.accuracy?.min ?? 0), Math.min(denseCost, constraints[cost]?.max ?? Infinity)],
    isShare: true,
    ...(knownCost && { known: [knownCost] }),
    ...(limit && { limits: [{ max: limit.max, ...(knownOther && { known: knownOther }) }] }),
  };
}
