import type { CubeSpace, CubeStrategy } from '../space/unit-cube-space.js';
import type { DescentOptions } from './descent.js';
import type { FrontierOptions } from '../frontier/frontier-options.js';
import { EapStrategy } from './eap.js';
import { FrontierStrategy } from './frontier.js';
import { GridStrategy, levelsFor } from './grid.js';
import { LocalStrategy } from './local.js';
import { MotpeStrategy } from './motpe.js';
import { Nsga2Strategy } from './nsga2.js';
import { RandomStrategy } from './random.js';
import { SmsEmoaStrategy } from './sms-emoa.js';
import { SobolStrategy } from './sobol.js';

interface StrategyOptions {
  /** Of nsga2 and sms-emoa. */
  readonly populationSize: number;
  /** Of grid: it has at most so many points, if two values of each dimension allow it. */
  readonly gridPoints: number;
  readonly frontier: FrontierOptions;
}
/** A descent goes by two objectives. */
function descentOptions({ reference: [loss, cost], known }: FrontierOptions): DescentOptions {
  const ofCost = known?.[0];
  return { reference: [loss, cost], ...(ofCost && { known: ofCost }) };
}

type MakeStrategy = (space: CubeSpace, seed: number, options: StrategyOptions) => CubeStrategy;

const STRATEGIES = {
  frontier: (space, seed, { frontier }) => new FrontierStrategy(space, seed, frontier),
  nsga2: (space, seed, { populationSize }) => new Nsga2Strategy(space, seed, populationSize),
  motpe: (space, seed) => new MotpeStrategy(space, seed),
  'sms-emoa': (space, seed, { populationSize }) => new SmsEmoaStrategy(space, seed, populationSize),
  random: (space, seed) => new RandomStrategy(space, seed),
  sobol: (space, seed) => new SobolStrategy(space, seed),
  grid: (space, seed, { gridPoints }) => new GridStrategy(space, seed, levelsFor(space.choices.length, gridPoints)),
  eap: (space, seed, { frontier }) => new EapStrategy(space, seed, descentOptions(frontier)),
  local: (space, seed, { frontier }) => new LocalStrategy(space, seed, descentOptions(frontier)),
} satisfies Record<string, MakeStrategy>;

export type CubeStrategyName = keyof typeof STRATEGIES;
export const CUBE_STRATEGIES = Object.keys(STRATEGIES) as CubeStrategyName[];

/** A strategy by its name, told nothing yet. */
export function cubeStrategy(
  name: CubeStrategyName,
  space: CubeSpace,
  seed: number,
  options: StrategyOptions,
): CubeStrategy {
  return STRATEGIES[name](space, seed, options);
}
