import type { CampaignSpec, PruningSchedule } from '@espalier/contracts';
import { chooseStrategy, createStrategy, ScheduleCoding, type Strategy, type Told } from '@espalier/search';
import { log } from '@temporalio/activity';
import { schedulePricer } from '@espalier/networks';
import type { ToldCandidate, ToldLog } from '@espalier/store';

interface Kept {
  readonly strategy: Strategy;
  /** What it was made from. */
  readonly made: string;
  count: number;
  lastOrder: number;
}

/** More campaigns than run at once; the one asked for longest ago is made anew when it asks again. */
const MOST_KEPT = 50;

/**
 * Strategies as they are after all that was told. What a strategy knows follows from the store alone: it is kept here so that
 * an ask tells it what is new, and made anew by any orchestrator that has not kept it, or whose log is no longer what it told.
 */
export class ToldStrategies {
  readonly #kept = new Map<string, Kept>();

  async after(campaignId: string, spec: CampaignSpec, told: ToldLog): Promise<Strategy> {
    const made = JSON.stringify([spec.strategy, spec.space, spec.budget, spec.constraints]);
    const kept = this.#kept.get(campaignId);
    const count = await told.count();
    if (kept?.made === made) {
      const news = await told.after(kept.lastOrder);
      // Candidates that are tried again are taken out of the log: then the numbers do not meet.
      if (kept.count + news.length === count) return this.#tell(campaignId, spec, kept, news);
    }
    const { profile, energy: denseEnergy } = await told.dense();
    const energyOf = schedulePricer(spec, profile);
    const strategy = createStrategy(spec, { denseEnergy, ...(energyOf && { energyOf }) });
    if (spec.strategy.name === 'auto') {
      const chosen = chooseStrategy(new ScheduleCoding(spec.space).dimensions, spec.budget.candidates);
      log.info(`auto chose ${chosen.name}: ${chosen.why}`, { campaign: spec.name, campaignId });
    }
    const fresh = { strategy, made, count: 0, lastOrder: -1 };
    const leastAccuracy = spec.constraints.accuracy?.min ?? 0;
    fresh.strategy.tell(
      (await told.prior()).map((each) => ({ ...toldOf(each.schedule, each, leastAccuracy), number: null })),
    );
    return this.#tell(campaignId, spec, fresh, await told.after(-1));
  }

  #tell(campaignId: string, spec: CampaignSpec, kept: Kept, told: readonly ToldCandidate[]): Strategy {
    const leastAccuracy = spec.constraints.accuracy?.min ?? 0;
    kept.strategy.tell(
      told.map(({ number, schedule, result, fidelity }) => ({
        number,
        fidelity,
        ...toldOf(schedule, result, leastAccuracy),
      })),
    );
    kept.count += told.length;
    kept.lastOrder = told.at(-1)?.order ?? kept.lastOrder;
    this.#kept.delete(campaignId);
    this.#kept.set(campaignId, kept);
    if (this.#kept.size > MOST_KEPT) this.#kept.delete([...this.#kept.keys()][0]);
    return kept.strategy;
  }
}

function toldOf(
  schedule: PruningSchedule,
  result: { accuracy: number; energy: number } | null,
  leastAccuracy: number,
): Pick<Told, 'schedule' | 'result'> {
  return {
    schedule,
    result: result && {
      objectives: [1 - result.accuracy, result.energy],
      violation: Math.max(0, leastAccuracy - result.accuracy),
    },
  };
}
