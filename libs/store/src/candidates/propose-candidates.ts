import { deduplicationKey } from '@espalier/campaign-policy';
import {
  LineageSchema,
  PruningScheduleSchema,
  type CampaignSpec,
  type Lineage,
  type ProposedCandidate,
  type PruningSchedule,
} from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { lockCampaign } from '../database/lock-campaigns.js';
import { recordEvent } from '../events/events.js';
import type { Prisma } from '../generated/client.js';
import { findExhaustedBudget, remainingBudget } from './budget-use.js';
import { candidateId } from './candidate-id.js';
import { describeProposedCandidate } from './describe-proposed-candidate.js';
import { type ObservationLog, observationLog } from './observation-log.js';
import { promoteByExpectedImprovement, promoteByRank, type ExpectImprovement } from './promote-candidates.js';
import { UNFINISHED } from './unfinished-candidates.js';

/** The strategy has proposed every schedule of a finite space. */
export interface SpaceExhausted {
  /** Number of schedules in the space. */
  readonly exhaustedSchedules: number;
}

/** A campaign's strategy after all observations so far. */
export interface ProposalStrategy {
  ask(
    number: number,
    pending: readonly PruningSchedule[],
  ): { readonly schedule: PruningSchedule; readonly lineage: Lineage } | SpaceExhausted;
  /**
   * Expected improvement of stopped schedules, were they trained to their end, and of the best new
   * proposal. Undefined, or left out, when the strategy predicts none.
   */
  expect?(number: number, ...asked: Parameters<ExpectImprovement>): ReturnType<ExpectImprovement>;
}

/** A new strategy observes all results before its first proposal. */
const ASKING = { timeout: 60_000 };

/**
 * Promotes stopped candidates, then creates new ones, within the remaining budget and space; at
 * most `atMost`. The campaign's row stays locked, so that concurrent calls take different numbers.
 * A proposal follows from its number and the observations so far.
 */
export async function proposeCandidates(
  database: Database,
  campaignId: string,
  atMost: number,
  strategyAfter: (told: ObservationLog) => Promise<ProposalStrategy>,
): Promise<ProposedCandidate[]> {
  return database.$transaction(async (transaction) => {
    const spec = await lockCampaign(transaction, campaignId);
    if (await recordExhaustedBudget(transaction, campaignId, spec)) return [];
    const { evaluations, candidates } = await remainingBudget(transaction, campaignId, spec);
    const added = await promoteByRank(transaction, campaignId, spec, Math.min(atMost, evaluations));
    const roomForNew = (): number => Math.min(atMost - added.length, candidates, evaluations - added.length);
    if (roomForNew() <= 0) return added;
    const { _max } = await transaction.candidate.aggregate({ where: { campaignId }, _max: { number: true } });
    const next = (_max.number ?? -1) + 1;
    const strategy = await strategyAfter(observationLog(transaction, campaignId, spec));
    const pending = await pendingSchedules(transaction, campaignId);
    if (spec.rungs) {
      const expecting: ExpectImprovement = (schedules, underWay) => strategy.expect?.(next, schedules, underWay);
      added.push(
        ...(await promoteByExpectedImprovement(transaction, campaignId, spec, expecting, pending, roomForNew())),
      );
    }
    const rows = [];
    for (let number = next, end = next + roomForNew(); number < end; number++) {
      const proposal = strategy.ask(number, pending);
      if ('exhaustedSchedules' in proposal) {
        const detail = { schedules: proposal.exhaustedSchedules };
        await recordOnce(transaction, campaignId, 'space-exhausted', detail, ['schedules']);
        break;
      }
      const { schedule, lineage } = proposal;
      pending.push(schedule);
      rows.push({
        id: candidateId(campaignId, number),
        campaignId,
        number,
        schedule: PruningScheduleSchema.parse(schedule),
        deduplicationKey: deduplicationKey(spec, schedule),
        lineage: LineageSchema.parse(lineage),
        rung: spec.rungs ? 0 : null,
      });
    }
    await transaction.candidate.createMany({ data: rows });
    added.push(...rows.map((row) => describeProposedCandidate(spec, { ...row, artifact: null })));
    return added;
  }, ASKING);
}

/** Schedules of candidates without an observation of their end, in order. */
async function pendingSchedules(transaction: Prisma.TransactionClient, campaignId: string): Promise<PruningSchedule[]> {
  const rows = await transaction.candidate.findMany({
    where: { campaignId, OR: [{ observationOrder: null }, { state: { in: [...UNFINISHED] } }] },
    orderBy: { number: 'asc' },
    select: { schedule: true },
  });
  return rows.map(({ schedule }) => PruningScheduleSchema.parse(schedule));
}

/** Records an event, once, for a budget that is used up. */
async function recordExhaustedBudget(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  spec: CampaignSpec,
): Promise<boolean> {
  const spent = await findExhaustedBudget(transaction, campaignId, spec);
  if (!spent) return false;
  const detail = { budget: spent.budget, used: spent.used, of: spent.of };
  await recordOnce(transaction, campaignId, 'budget-exhausted', detail, ['budget', 'of']);
  return true;
}

/** Records an event, unless an event of its kind has the same values of these details. */
async function recordOnce<Detail extends Record<string, string | number>>(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  kind: string,
  detail: Detail,
  equalIn: readonly (keyof Detail & string)[],
): Promise<void> {
  const equal = equalIn.map((name) => ({ detail: { path: [name], equals: detail[name] } }));
  const recorded = await transaction.event.findFirst({ where: { campaignId, kind, AND: equal } });
  if (!recorded) await recordEvent(transaction, campaignId, kind, detail);
}
