import type { Budget, CampaignSpec, DeviceUse } from '@espalier/contracts';
import { findCampaignOfWorkflow } from '../campaigns/find-campaign-of-workflow.js';
import type { Database } from '../database/client.js';
import { IMPORTED } from '../campaigns/import-results.js';
import type { Prisma } from '../generated/client.js';

/** A budget that is used up, and why nothing more is asked for. */
export interface ExhaustedBudget {
  readonly budget: Exclude<keyof Budget, 'candidates'>;
  readonly used: number;
  readonly of: number;
}

/**
 * Whether one of a campaign's budgets other than its candidates is used up.
 *
 * @param database a transaction that holds the campaign's lock, where what is asked for follows from it
 */
export async function findExhaustedBudget(
  database: Prisma.TransactionClient,
  campaignId: string,
  { budget }: Pick<CampaignSpec, 'budget'>,
): Promise<ExhaustedBudget | null> {
  const { wallClockHours, deviceHours, energyEvaluations, hypervolume } = budget;
  if (wallClockHours !== undefined) {
    const { createdAt } = await database.campaign.findUniqueOrThrow({ where: { id: campaignId } });
    const used = (Date.now() - createdAt.getTime()) / 3_600_000;
    if (used >= wallClockHours) return { budget: 'wallClockHours', used, of: wallClockHours };
  }
  if (deviceHours !== undefined) {
    const used = await deviceHoursOf(database, campaignId);
    if (used >= deviceHours) return { budget: 'deviceHours', used, of: deviceHours };
  }
  if (energyEvaluations !== undefined) {
    const used = await evaluationsUsed(database, campaignId);
    if (used >= energyEvaluations) return { budget: 'energyEvaluations', used, of: energyEvaluations };
  }
  if (hypervolume !== undefined) {
    const rise = await riseOfHypervolume(database, campaignId, hypervolume.over);
    if (rise !== null && rise < hypervolume.risesLessThan) {
      return { budget: 'hypervolume', used: rise, of: hypervolume.risesLessThan };
    }
  }
  return null;
}

/** Results that a campaign began with are no use of its budgets. */
const ITS_OWN = { NOT: IMPORTED };

/** How many new candidates its budgets have room for, and how many evaluations; what is under way is taken off. */
export async function remainingBudget(
  database: Prisma.TransactionClient,
  campaignId: string,
  { budget }: Pick<CampaignSpec, 'budget'>,
): Promise<{ candidates: number; evaluations: number }> {
  // Numbers go from 0 without a gap, what it began with first: however many there are, this takes no longer.
  const [{ asked }] = await database.$queryRaw<[{ asked: number }]>`
    SELECT coalesce((SELECT max(number) + 1 FROM candidates WHERE campaign_id = ${campaignId}::uuid)
                    - (SELECT number FROM candidates
                        WHERE campaign_id = ${campaignId}::uuid AND lineage ->> 'origin' <> 'imported'
                        ORDER BY number LIMIT 1), 0)::int AS asked`;
  const evaluations =
    budget.energyEvaluations === undefined
      ? Infinity
      : budget.energyEvaluations - (await evaluationsUsed(database, campaignId));
  return { candidates: budget.candidates - asked, evaluations };
}

/** Hours that devices were at work for a campaign, attempts that failed or were killed included. */
export async function deviceHoursOf(database: Prisma.TransactionClient, campaignId: string): Promise<number> {
  const { _sum } = await database.deviceUse.aggregate({ where: { campaignId }, _sum: { seconds: true } });
  return (_sum.seconds ?? 0) / 3600;
}

/**
 * Writes down how long an attempt kept a device busy; said again with more, the longest counts.
 *
 * @throws NotFoundError when the workflow is none of a campaign's
 */
export async function recordDeviceUse(
  database: Database,
  attempt: string,
  { workflowId, worker, seconds }: DeviceUse,
): Promise<void> {
  const { campaignId } = await findCampaignOfWorkflow(database, workflowId);
  await database.$executeRaw`
    INSERT INTO device_uses (attempt, campaign_id, worker, seconds)
         VALUES (${attempt}, ${campaignId}::uuid, ${worker}, ${seconds})
    ON CONFLICT (attempt) DO UPDATE SET seconds = greatest(device_uses.seconds, excluded.seconds)`;
}

/** Results, those of earlier rungs too, and what is under way and may become one. */
async function evaluationsUsed(database: Prisma.TransactionClient, campaignId: string): Promise<number> {
  const candidates = await database.candidate.count({
    where: { campaignId, state: { in: ['pending', 'running', 'completed', 'stopped'] }, ...ITS_OWN },
  });
  const [{ before }] = await database.$queryRaw<[{ before: number }]>`
    SELECT count(*)::int AS before FROM rung_results r JOIN candidates c ON c.id = r.candidate_id
     WHERE c.campaign_id = ${campaignId}::uuid AND r.rung < c.rung`;
  return candidates + before;
}

/** By how much the hypervolume rose over the last results; null while there are not so many. */
async function riseOfHypervolume(
  database: Prisma.TransactionClient,
  campaignId: string,
  over: number,
): Promise<number | null> {
  const last = await database.candidate.findMany({
    where: { campaignId, hypervolume: { not: null }, ...ITS_OWN },
    orderBy: { hypervolume: 'desc' },
    select: { hypervolume: true },
    take: over + 1,
  });
  const before = last.at(over)?.hypervolume;
  return before === undefined ? null : Number(last[0].hypervolume) - Number(before);
}
