import { exhaustedBudget, type ExhaustedBudget } from '@espalier/campaign-policy';
import type { CampaignSpec } from '@espalier/contracts';
import { IMPORTED } from '../campaigns/warm-start.js';
import type { Prisma } from '../generated/client.js';
import { deviceHoursOf } from '../training/device-usage.js';

/**
 * Reads what a campaign has used of its budgets, and finds the first that is used up.
 *
 * @param database a transaction that holds the campaign's lock, where proposals follow from the
 *   answer
 */
export async function findExhaustedBudget(
  database: Prisma.TransactionClient,
  campaignId: string,
  { budget }: Pick<CampaignSpec, 'budget'>,
): Promise<ExhaustedBudget | null> {
  const { wallClockHours, deviceHours, energyEvaluations, hypervolume } = budget;
  return exhaustedBudget(budget, {
    wallClockHours: wallClockHours === undefined ? undefined : await hoursSinceLaunch(database, campaignId),
    deviceHours: deviceHours === undefined ? undefined : await deviceHoursOf(database, campaignId),
    energyEvaluations: energyEvaluations === undefined ? undefined : await evaluationsUsed(database, campaignId),
    hypervolumeRise: hypervolume && (await riseOfHypervolume(database, campaignId, hypervolume.over)),
  });
}

async function hoursSinceLaunch(database: Prisma.TransactionClient, campaignId: string): Promise<number> {
  const { createdAt } = await database.campaign.findUniqueOrThrow({ where: { id: campaignId } });
  return (Date.now() - createdAt.getTime()) / 3_600_000;
}

/** Imported results use no budget. */
const ITS_OWN = { NOT: IMPORTED };

/**
 * New candidates and evaluations within the remaining budgets. Pending and running candidates count
 * as used.
 */
export async function remainingBudget(
  database: Prisma.TransactionClient,
  campaignId: string,
  { budget }: Pick<CampaignSpec, 'budget'>,
): Promise<{ candidates: number; evaluations: number }> {
  // Numbers have no gaps, and imported candidates come first: this costs the same for any count.
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

/** Results, those of earlier rungs included, with pending and running candidates. */
async function evaluationsUsed(database: Prisma.TransactionClient, campaignId: string): Promise<number> {
  const candidates = await database.candidate.count({
    where: { campaignId, state: { in: ['pending', 'running', 'completed', 'stopped'] }, ...ITS_OWN },
  });
  const [{ before }] = await database.$queryRaw<[{ before: number }]>`
    SELECT count(*)::int AS before FROM rung_results r JOIN candidates c ON c.id = r.candidate_id
     WHERE c.campaign_id = ${campaignId}::uuid AND r.rung < c.rung`;
  return candidates + before;
}

/** Rise of the hypervolume over the last results; null while there are too few. */
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
