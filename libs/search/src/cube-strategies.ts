import type { CubeSpace, CubeStrategy } from './cube.js';
import type { FrontierOptions } from './frontier/frontier-search.js';
import { FrontierStrategy } from './strategies/frontier.js';
import { Nsga2Strategy } from './strategies/nsga2.js';
import { RandomStrategy } from './strategies/random.js';
import { SmsEmoaStrategy } from './strategies/sms-emoa.js';

export const CUBE_STRATEGIES = ['frontier', 'nsga2', 'sms-emoa', 'random'] as const;

/** A strategy by its name, told nothing yet. */
export function cubeStrategy(
  name: (typeof CUBE_STRATEGIES)[number],
  space: CubeSpace,
  seed: number,
  { populationSize, frontier }: { populationSize: number; frontier: FrontierOptions },
): CubeStrategy {
  switch (name) {
    case 'frontier':
      return new FrontierStrategy(space, seed, frontier);
    case 'nsga2':
      return new Nsga2Strategy(space, seed, populationSize);
    case 'sms-emoa':
      return new SmsEmoaStrategy(space, seed, populationSize);
    case 'random':
      return new RandomStrategy(space, seed);
  }
}
