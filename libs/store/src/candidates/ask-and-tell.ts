import {
  CampaignSpecSchema,
  LineageSchema,
  PriorResultsSchema,
  PruningScheduleSchema,
  SparsityProfileSchema,
  type ProposedCandidate,
  type CampaignSpec,
  type Lineage,
  type PriorResult,
  type PruningSchedule,
  type SparsityProfile,
} from '@espalier/contracts';
import { remainingBudget, findExhaustedBudget } from './budgets.js';
import { candidateId } from './candidates.js';
import type { Database } from '../database/client.js';
import { denseOf } from '../training/dense-models.js';
import { denseCost } from '../fronts/compute-front.js';
import { NotFoundError } from '../database/errors.js';
import { recordEvent } from '../events/events.js';
import { lockCampaign } from '../database/lock-campaigns.js';
import {
  describeProposedCandidate,
  epochsOfRung,
  promoteByExpectedImprovement,
  promoteByRank,
  type ExpectImprovement,
} from './rungs.js';
import type { Prisma } from '../generated/client.js';
import { deduplicationKey } from './deduplication-key.js';

/** A settled candidate as a strategy is told of it, in the order of `order`. */
export interface Observation {
  readonly order: number;
  readonly number: number;
  readonly schedule: PruningSchedule;
  /** Null for one that failed or was cancelled. */
  readonly result: { readonly accuracy: number; readonly energy: number; readonly latency: number | null } | null;
  /** Part of its fine-tuning after which it was measured: less than 1 for one that stopped at a rung. */
  readonly fidelity: number;
}

/** What a campaign's strategy was told, in order; looked at within the transaction that asks. */
export interface ObservationLog {
  count(): Promise<number>;
  /** Those told later than `order`; all of them after -1. */
  after(order: number): Promise<Observation[]>;
  /** What is told before all of them, from elsewhere. */
  prior(): Promise<PriorResult[]>;
  /** What the unpruned network is and costs. */
  dense(): Promise<{ profile: SparsityProfile; cost: number }>;
}

/** A campaign's strategy, after what it was told. */
export interface ProposalStrategy {
  ask(
    number: number,
    pending: readonly PruningSchedule[],
  ): { readonly schedule: PruningSchedule; readonly lineage: Lineage };
  /**
   * What it expects of schedules that stopped at a rung, were they trained to their end, and of the best that it could ask for in
   * their stead; undefined, or left out, where it expects nothing of any.
   */
  expect?(number: number, ...asked: Parameters<ExpectImprovement>): ReturnType<ExpectImprovement>;
}

/** A strategy that is made anew learns from all results before it answers. */
const ASKING = { timeout: 60_000 };
const UNFINISHED = ['pending', 'running'] as const;

export async function campaignSpec(database: Prisma.TransactionClient, campaignId: string): Promise<CampaignSpec> {
  const { spec } = await database.campaign.findUniqueOrThrow({ where: { id: campaignId }, select: { spec: true } });
  return CampaignSpecSchema.parse(spec);
}

/** Candidates that were asked for and are not settled, in order; others than those named. */
export async function unfinishedCandidates(
  database: Database,
  campaignId: string,
  otherThan: readonly string[] = [],
): Promise<ProposedCandidate[]> {
  const rows = await database.candidate.findMany({
    where: { campaignId, state: { in: [...UNFINISHED] }, id: { notIn: [...otherThan] } },
    include: { artifact: true },
    orderBy: { number: 'asc' },
  });
  if (rows.length === 0) return [];
  const spec = await campaignSpec(database, campaignId);
  return rows.map((row) => describeProposedCandidate(spec, row));
}

/**
 * A candidate as it would be asked for had it no model: as far as it has been trained, from its beginning.
 *
 * @throws NotFoundError when it has been deleted
 */
export async function candidateRecipe(
  database: Database,
  campaignId: string,
  candidateId: string,
): Promise<ProposedCandidate> {
  const row = await database.candidate.findUnique({ where: { id: candidateId } });
  if (!row) throw new NotFoundError('candidate', candidateId);
  return describeProposedCandidate(await campaignSpec(database, campaignId), { ...row, artifact: null });
}

/**
 * Has candidates go on to their next rung, then adds new ones, as far as the budgets have room; at most `atMost`. The campaign's row is locked meanwhile, so that two who ask at once
 * take different numbers; the strategy answers for each number from what was told by then.
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
    const rows = Array.from({ length: roomForNew() }, (_, i) => {
      const number = next + i;
      const { schedule, lineage } = strategy.ask(number, pending);
      pending.push(schedule);
      return {
        id: candidateId(campaignId, number),
        campaignId,
        number,
        schedule: PruningScheduleSchema.parse(schedule),
        deduplicationKey: deduplicationKey(spec, schedule),
        lineage: LineageSchema.parse(lineage),
        rung: spec.rungs ? 0 : null,
      };
    });
    await transaction.candidate.createMany({ data: rows });
    added.push(...rows.map((row) => describeProposedCandidate(spec, { ...row, artifact: null })));
    return added;
  }, ASKING);
}

/** Of candidates that the strategy was told nothing of yet, or not the end of, in order. */
async function pendingSchedules(transaction: Prisma.TransactionClient, campaignId: string): Promise<PruningSchedule[]> {
  const rows = await transaction.candidate.findMany({
    where: { campaignId, OR: [{ observationOrder: null }, { state: { in: [...UNFINISHED] } }] },
    orderBy: { number: 'asc' },
    select: { schedule: true },
  });
  return rows.map(({ schedule }) => PruningScheduleSchema.parse(schedule));
}

/**
 * Puts settled candidates into the order in which the strategy is told of them, each once.
 *
 * @returns those of `candidateIds` that are settled
 */
export async function tellCandidates(
  database: Database,
  campaignId: string,
  candidateIds: readonly string[],
): Promise<string[]> {
  return database.$transaction(async (transaction) => {
    await lockCampaign(transaction, campaignId);
    const settled = await transaction.candidate.findMany({
      where: { campaignId, id: { in: [...candidateIds] }, state: { notIn: [...UNFINISHED] } },
      orderBy: [{ finishedAt: 'asc' }, { number: 'asc' }],
      select: { id: true, observationOrder: true },
    });
    const { _max } = await transaction.candidate.aggregate({ where: { campaignId }, _max: { observationOrder: true } });
    const told = settled.filter(({ observationOrder }) => observationOrder === null).map(({ id }) => id);
    await transaction.$executeRaw`
      UPDATE candidates SET observation_order = ${_max.observationOrder ?? -1} + told.place
      FROM unnest(${told}::uuid[]) WITH ORDINALITY AS told (id, place) WHERE candidates.id = told.id`;
    return settled.map(({ id }) => id);
  });
}

/** Says in the log, once, which budget is used up. */
async function recordExhaustedBudget(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  spec: CampaignSpec,
): Promise<boolean> {
  const spent = await findExhaustedBudget(transaction, campaignId, spec);
  if (!spent) return false;
  const detail = { budget: spent.budget, used: spent.used, of: spent.of };
  const said = await transaction.event.findFirst({
    where: {
      campaignId,
      kind: 'budget-exhausted',
      AND: [{ detail: { path: ['budget'], equals: detail.budget } }, { detail: { path: ['of'], equals: detail.of } }],
    },
  });
  if (!said) await recordEvent(transaction, campaignId, 'budget-exhausted', detail);
  return true;
}

function observationLog(transaction: Prisma.TransactionClient, campaignId: string, spec: CampaignSpec): ObservationLog {
  return {
    count: () => transaction.candidate.count({ where: { campaignId, observationOrder: { not: null } } }),
    dense: async () => {
      const { denseModel } = await transaction.campaign.findUniqueOrThrow({
        where: { id: campaignId },
        include: { denseModel: true },
      });
      if (!denseModel) throw new NotFoundError('dense network of campaign', campaignId);
      const profile = SparsityProfileSchema.parse(denseModel.profile);
      return { profile, cost: denseCost(denseOf(spec, denseModel), spec.objectives[1]) };
    },
    prior: async () => {
      const row = await transaction.priorResults.findUnique({ where: { campaignId } });
      return row === null ? [] : PriorResultsSchema.parse(row.results);
    },
    after: async (order) => {
      const rows = await transaction.candidate.findMany({
        where: { campaignId, observationOrder: { gt: order } },
        orderBy: { observationOrder: 'asc' },
        select: {
          observationOrder: true,
          number: true,
          schedule: true,
          state: true,
          rung: true,
          accuracy: true,
          energy: true,
          latency: true,
        },
      });
      return rows.map((row) => ({
        order: row.observationOrder ?? 0,
        number: row.number,
        ...observedSchedule(spec, row),
        result:
          row.accuracy === null || row.energy === null
            ? null
            : { accuracy: row.accuracy, energy: row.energy, latency: row.latency },
      }));
    },
  };
}

function observedSchedule(
  spec: CampaignSpec,
  row: { schedule: unknown; state: string; rung: number | null },
): { schedule: PruningSchedule; fidelity: number } {
  const schedule = PruningScheduleSchema.parse(row.schedule);
  const { epochs } = schedule.fineTune;
  const fidelity = row.state === 'completed' || epochs === 0 ? 1 : epochsOfRung(spec, schedule, row.rung) / epochs;
  return { schedule, fidelity };
}
