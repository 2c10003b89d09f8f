import type { CampaignSpec } from '@espalier/contracts';
import { Nsga2Strategy } from './strategies/nsga2.js';
import { RandomStrategy } from './strategies/random.js';
import { FrontierStrategy } from './strategies/frontier.js';
import type { Foreknowledge, Strategy } from './strategy.js';

/** The strategy that a campaign names, told nothing yet. */
export function createStrategy(
  spec: Pick<CampaignSpec, 'strategy' | 'space' | 'budget' | 'constraints'>,
  foreknowledge: Foreknowledge,
): Strategy {
  const { name, seed } = spec.strategy;
  switch (name) {
    case 'frontier':
      return new FrontierStrategy(spec.space, seed, spec.constraints.accuracy?.min ?? 0, foreknowledge);
    case 'random':
      return new RandomStrategy(spec.space, seed);
    case 'nsga2':
      // A third of a small budget goes into the random start; beyond 150 candidates NSGA-II's usual 50 is enough.
      return new Nsga2Strategy(spec.space, seed, Math.min(50, Math.max(4, Math.ceil(spec.budget.candidates / 3))));
  }
}
