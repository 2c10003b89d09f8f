import { deduplicationKey } from '@espalier/campaign-policy';
import {
  CampaignSpecSchema,
  hasPlaceFor,
  MeasurementSchema,
  PruningScheduleSchema,
  type CampaignSpec,
  type PriorResult,
} from '@espalier/contracts';
import { isDeepStrictEqual } from 'node:util';
import { candidateId } from '../candidates/candidate-id.js';
import { completeCandidates } from '../candidates/complete-candidates.js';
import { ConflictError } from '../database/errors.js';
import { recordEvent } from '../events/events.js';
import type { Prisma } from '../generated/client.js';

/** A filter for imported candidates. */
export const IMPORTED = { lineage: { path: ['origin'], equals: 'imported' } };

/**
 * Imports the results of other campaigns, priced on this campaign's accelerator. Schedules outside
 * its space are left out; of several results of one schedule the first is taken.
 *
 * @throws ConflictError when a campaign does not exist, or is of another network or other data
 */
export async function importResults(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  spec: CampaignSpec,
): Promise<void> {
  const seen = new Set<string>();
  let number = 0;
  for (const name of spec.warmStart ?? []) {
    const source = await transaction.campaign.findUnique({ where: { name } });
    if (!source) throw new ConflictError('warmStart', `there is no campaign '${name}' to begin with`);
    const theirs = CampaignSpecSchema.parse(source.spec);
    if (!isDeepStrictEqual(taskIn(theirs), taskIn(spec))) {
      throw new ConflictError(
        'warmStart',
        `campaign '${name}' is of another network, other weights, other data or another subset: its results say nothing of this one`,
      );
    }
    if (theirs.strategy.seed === spec.strategy.seed && source.denseModelId !== null) {
      await transaction.campaign.update({ where: { id: campaignId }, data: { denseModelId: source.denseModelId } });
    }
    const rows = await transaction.candidate.findMany({
      where: { campaignId: source.id, state: 'completed' },
      include: { artifact: true, evaluations: { where: { split: 'validation' } } },
      orderBy: { number: 'asc' },
    });
    const taken = [];
    for (const { id: reusedFrom, artifact, evaluations, ...row } of rows) {
      const schedule = PruningScheduleSchema.parse(row.schedule);
      const hash = deduplicationKey(spec, schedule);
      if (!artifact || seen.has(hash) || !hasPlaceFor(spec.space, schedule)) continue;
      seen.add(hash);
      const lineage = { origin: 'imported' as const, parents: [] };
      const candidate = { id: candidateId(campaignId, number), campaignId, number, schedule, lineage, rung: null };
      const [{ split, images, accuracy, loss, profile }] = evaluations;
      const measurement = MeasurementSchema.parse({ split, images, accuracy, loss, profile });
      const model = { artifact: artifact.hash, bytes: artifact.bytes };
      taken.push({ spec, candidate, model, measurement, reusedFrom: row.reusedFrom ?? reusedFrom });
      number++;
    }
    await transaction.candidate.createMany({ data: taken.map(({ candidate }) => candidate) });
    await completeCandidates(transaction, taken);
    // The strategy observes them in this order, before all other candidates.
    await transaction.$executeRaw`
      UPDATE candidates SET observation_order = number
      WHERE id = ANY(${taken.map(({ candidate }) => candidate.id)}::uuid[])`;
    // Imported results send no notifications.
    await transaction.notification.deleteMany({ where: { event: { campaignId } } });
    await recordEvent(transaction, campaignId, 'results-imported', {
      from: name,
      taken: taken.length,
      leftOut: rows.length - taken.length,
    });
  }
}

function taskIn({ network, weights, data, subset }: CampaignSpec): unknown {
  return { network, weights, data, subset };
}

/** Stores prior results that the campaign's space contains, for its strategy to observe first. */
export async function keepPriorResults(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  { space }: CampaignSpec,
  results: readonly PriorResult[],
): Promise<void> {
  const kept = results.filter(({ schedule }) => hasPlaceFor(space, schedule));
  await transaction.priorResults.create({ data: { campaignId, results: kept } });
  const detail = { from: 'priorResults', taken: kept.length, leftOut: results.length - kept.length };
  await recordEvent(transaction, campaignId, 'results-imported', detail);
}
