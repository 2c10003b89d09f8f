import { otherCost, type CampaignSpec, type PruningSchedule } from '@espalier/contracts';
import {
  chooseStrategy,
  createStrategy,
  ScheduleCoding,
  type Strategy,
  type ScheduleObservation,
} from '@espalier/search';
import { log } from '@temporalio/activity';
import { scheduleCosts } from '@espalier/pricing';
import { constraintViolation } from '@espalier/campaign-policy';
import type { Observation, ObservationLog } from '@espalier/store';

interface Kept {
  readonly strategy: Strategy;
  /** The spec's fields that the strategy was created from. */
  readonly made: string;
  count: number;
  lastOrder: number;
}

/** More than the campaigns that run at once; the least recently used strategy is dropped. */
const MOST_KEPT = 50;

/**
 * Strategies after all observations so far. The store alone determines a strategy; the cache saves
 * observing everything again at each proposal. An orchestrator without the strategy, or whose log
 * has changed, creates it anew.
 */
export class StrategyCache {
  readonly #kept = new Map<string, Kept>();

  async after(campaignId: string, spec: CampaignSpec, observations: ObservationLog): Promise<Strategy> {
    const made = JSON.stringify([spec.strategy, spec.space, spec.budget, spec.constraints]);
    const kept = this.#kept.get(campaignId);
    const count = await observations.count();
    if (kept?.made === made) {
      const news = await observations.after(kept.lastOrder);
      // Retried candidates leave the log: then the counts differ.
      if (kept.count + news.length === count) return this.#tell(campaignId, spec, kept, news);
    }
    const { profile, cost: denseCost } = await observations.dense();
    const strategy = createStrategy(spec, { denseCost, costOf: scheduleCosts(spec, profile) });
    if (spec.strategy.name === 'auto') {
      const chosen = chooseStrategy(new ScheduleCoding(spec.space).dimensions, spec.budget.candidates);
      log.info(`auto chose ${chosen.name}: ${chosen.why}`, { campaign: spec.name, campaignId });
    }
    const fresh = { strategy, made, count: 0, lastOrder: -1 };
    fresh.strategy.tell(
      (await observations.prior()).map((each) => ({
        ...observationOf(each.schedule, { latency: null, ...each }, spec),
        number: null,
      })),
    );
    return this.#tell(campaignId, spec, fresh, await observations.after(-1));
  }

  #tell(campaignId: string, spec: CampaignSpec, kept: Kept, observations: readonly Observation[]): Strategy {
    kept.strategy.tell(
      observations.map(({ number, schedule, result, fidelity }) => ({
        number,
        fidelity,
        ...observationOf(schedule, result, spec),
      })),
    );
    kept.count += observations.length;
    kept.lastOrder = observations.at(-1)?.order ?? kept.lastOrder;
    this.#kept.delete(campaignId);
    this.#kept.set(campaignId, kept);
    if (this.#kept.size > MOST_KEPT) this.#kept.delete([...this.#kept.keys()][0]);
    return kept.strategy;
  }
}

function observationOf(
  schedule: PruningSchedule,
  result: Observation['result'],
  { objectives: [, cost], constraints }: CampaignSpec,
): Pick<ScheduleObservation, 'schedule' | 'result'> {
  return {
    schedule,
    result: result && {
      objectives: [1 - result.accuracy, result[cost] ?? Infinity],
      violation: constraintViolation(constraints, result),
      otherCost: result[otherCost(cost)],
    },
  };
}
