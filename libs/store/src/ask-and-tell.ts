import {
  CampaignSpecSchema,
  LineageSchema,
  PruningScheduleSchema,
  type AskedCandidate,
  type CampaignSpec,
  type Lineage,
  type PruningSchedule,
} from '@espalier/contracts';
import { candidateId } from './candidates.js';
import type { Database } from './database.js';
import type { Prisma } from './generated/client.js';

/** A settled candidate as a strategy is told of it, in the order of `order`. */
export interface ToldCandidate {
  readonly order: number;
  readonly number: number;
  readonly schedule: PruningSchedule;
  /** Null for one that failed or was cancelled. */
  readonly result: { readonly accuracy: number; readonly energy: number } | null;
}

const UNSETTLED = ['asked', 'running'] as const;

export async function campaignSpec(database: Database, campaignId: string): Promise<CampaignSpec> {
  const { spec } = await database.campaign.findUniqueOrThrow({ where: { id: campaignId }, select: { spec: true } });
  return CampaignSpecSchema.parse(spec);
}

/** Candidates that were asked for and are not settled, in order. */
export async function unsettledCandidates(database: Database, campaignId: string): Promise<AskedCandidate[]> {
  const rows = await database.candidate.findMany({
    where: { campaignId, state: { in: [...UNSETTLED] } },
    orderBy: { number: 'asc' },
  });
  return rows.map((row) => ({
    candidateId: row.id,
    number: row.number,
    schedule: PruningScheduleSchema.parse(row.schedule),
  }));
}

/**
 * Adds candidates up to the budget, at most `atMost`. The campaign's row is locked meanwhile, so that two who ask at once
 * take different numbers; the strategy answers for each number from what was told by then.
 */
export async function addCandidates(
  database: Database,
  campaignId: string,
  atMost: number,
  strategyAfter: (told: readonly ToldCandidate[]) => {
    ask(number: number): { schedule: PruningSchedule; lineage: Lineage };
  },
): Promise<AskedCandidate[]> {
  return database.$transaction(async (transaction) => {
    const budget = await lockCampaign(transaction, campaignId);
    const used = await transaction.candidate.count({ where: { campaignId } });
    const strategy = strategyAfter(await toldCandidates(transaction, campaignId));
    const added: AskedCandidate[] = [];
    for (let number = used; number < Math.min(budget, used + atMost); number++) {
      const { schedule, lineage } = strategy.ask(number);
      const id = candidateId(campaignId, number);
      await transaction.candidate.create({
        data: {
          id,
          campaignId,
          number,
          schedule: PruningScheduleSchema.parse(schedule),
          lineage: LineageSchema.parse(lineage),
        },
      });
      added.push({ candidateId: id, number, schedule });
    }
    return added;
  });
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
      where: { campaignId, id: { in: [...candidateIds] }, state: { notIn: [...UNSETTLED] } },
      orderBy: [{ finishedAt: 'asc' }, { number: 'asc' }],
    });
    const { _max } = await transaction.candidate.aggregate({ where: { campaignId }, _max: { toldOrder: true } });
    let order = (_max.toldOrder ?? -1) + 1;
    for (const { id, toldOrder } of settled) {
      if (toldOrder === null) await transaction.candidate.update({ where: { id }, data: { toldOrder: order++ } });
    }
    return settled.map(({ id }) => id);
  });
}

async function toldCandidates(transaction: Prisma.TransactionClient, campaignId: string): Promise<ToldCandidate[]> {
  const rows = await transaction.candidate.findMany({
    where: { campaignId, toldOrder: { not: null } },
    orderBy: { toldOrder: 'asc' },
    select: { toldOrder: true, number: true, schedule: true, accuracy: true, energy: true },
  });
  return rows.map((row) => ({
    order: row.toldOrder ?? 0,
    number: row.number,
    schedule: PruningScheduleSchema.parse(row.schedule),
    result: row.accuracy === null || row.energy === null ? null : { accuracy: row.accuracy, energy: row.energy },
  }));
}

/** Locks the campaign's row until the transaction ends; returns its budget of candidates. */
export async function lockCampaign(transaction: Prisma.TransactionClient, campaignId: string): Promise<number> {
  const [row] = await transaction.$queryRaw<{ candidates_budget: number }[]>`
    SELECT candidates_budget FROM campaigns WHERE id = ${campaignId}::uuid FOR UPDATE`;
  return row.candidates_budget;
}
