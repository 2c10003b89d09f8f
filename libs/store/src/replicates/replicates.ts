import { confidenceInterval } from '@espalier/campaign-policy';
import {
  CampaignSpecSchema,
  FailureSchema,
  FINAL_CAMPAIGN_STATES,
  type PendingReplicate,
  type ReevaluateRequest,
  type Reevaluation,
  type ReplicateOutcome,
} from '@espalier/contracts';
import { networkCosts, priceProfile } from '@espalier/pricing';
import { campaignSpec } from '../campaigns/campaign-spec.js';
import { describeCandidate, WITH_RESULTS } from '../candidates/find-candidate.js';
import { describeProposedCandidate } from '../candidates/describe-proposed-candidate.js';
import type { Database } from '../database/client.js';
import { ConflictError } from '../database/errors.js';
import { lockCampaign } from '../database/lock-campaigns.js';
import { recordEvent } from '../events/events.js';

/**
 * Requests replicates of each front member, with other seeds. Requested ones stay, so that a
 * repetition adds nothing.
 *
 * @throws ConflictError when the campaign has not finished, or has no front
 */
export async function requestReplicates(
  database: Database,
  campaignId: string,
  { seeds, dryRun }: ReevaluateRequest,
): Promise<Reevaluation> {
  const added = await database.$transaction(async (transaction) => {
    await lockCampaign(transaction, campaignId);
    const { name, state } = await transaction.campaign.findUniqueOrThrow({ where: { id: campaignId } });
    if (!FINAL_CAMPAIGN_STATES.includes(state)) {
      throw new ConflictError(
        'campaign',
        `campaign '${name}' is ${state}: its front may change; wait until it has ended`,
      );
    }
    const members = await transaction.frontPoint.findMany({ where: { campaignId }, select: { candidateId: true } });
    if (members.length === 0) throw new ConflictError('campaign', `campaign '${name}' has no front to evaluate again`);
    const wanted = members.flatMap(({ candidateId }) =>
      Array.from({ length: seeds }, (_, i) => ({ candidateId, replicate: i + 1 })),
    );
    if (dryRun) {
      const there = await transaction.replicate.count({
        where: { candidate: { campaignId, frontPoint: { isNot: null } }, replicate: { lte: seeds } },
      });
      return wanted.length - there;
    }
    const { count } = await transaction.replicate.createMany({ data: wanted, skipDuplicates: true });
    if (count > 0) await recordEvent(transaction, campaignId, 'reevaluation-requested', { seeds, trainings: count });
    return 0;
  });
  const reevaluation = await readReevaluation(database, campaignId);
  return { ...reevaluation, ...pendingCounts(reevaluation.pending + added), dryRun };
}

/** Lists pending replicates in order. */
export async function pendingReplicates(
  database: Database,
  campaignId: string,
  atMost: number,
): Promise<PendingReplicate[]> {
  const rows = await database.replicate.findMany({
    where: { candidate: { campaignId }, finishedAt: null },
    include: { candidate: { include: { artifact: true } } },
    orderBy: [{ replicate: 'asc' }, { candidate: { number: 'asc' } }],
    take: atMost,
  });
  const spec = await campaignSpec(database, campaignId);
  return rows.map(({ replicate, candidate }) => {
    const { rung, ...asked } = describeProposedCandidate(spec, candidate);
    // Trained to the candidate's rung, from the beginning.
    return { ...asked, replicate, ...(rung && { rung: { until: rung.until } }) };
  });
}

/** Lists campaigns with pending replicates. */
export async function campaignsToReevaluate(database: Database): Promise<string[]> {
  const rows = await database.candidate.findMany({
    where: { replicates: { some: { finishedAt: null } } },
    distinct: ['campaignId'],
    select: { campaignId: true },
  });
  return rows.map(({ campaignId }) => campaignId);
}

/** Records the outcome of a replicate, once; a dropped replicate stays dropped. */
export async function recordReplicate(
  database: Database,
  campaignId: string,
  { candidateId, replicate }: { candidateId: string; replicate: number },
  outcome: ReplicateOutcome,
): Promise<void> {
  const result =
    'failure' in outcome
      ? { failure: FailureSchema.parse(outcome.failure) }
      : {
          validationAccuracy: outcome.validation.accuracy,
          testAccuracy: outcome.test.accuracy,
          ...networkCosts(priceProfile(await campaignSpec(database, campaignId), outcome.validation.profile)),
        };
  await database.$transaction(async (transaction) => {
    await lockCampaign(transaction, campaignId);
    const { count } = await transaction.replicate.updateMany({
      where: { candidateId, replicate, finishedAt: null },
      data: { ...result, finishedAt: new Date() },
    });
    if (count === 0) return;
    const kind = 'failure' in outcome ? 'replicate-failed' : 'replicate-completed';
    await recordEvent(transaction, campaignId, kind, { replicate, ...result }, candidateId);
  });
}

/** Drops the pending replicates of a campaign. */
export async function dropReplicates(database: Database, campaignId: string): Promise<void> {
  await database.$transaction(async (transaction) => {
    await lockCampaign(transaction, campaignId);
    const { count } = await transaction.replicate.deleteMany({
      where: { candidate: { campaignId }, finishedAt: null },
    });
    if (count > 0) await recordEvent(transaction, campaignId, 'reevaluation-stopped', { trainings: count });
  });
}

/** Means and confidence intervals of the front members over their replicates. */
export async function readReevaluation(database: Database, campaignId: string): Promise<Reevaluation> {
  const { name, spec } = await database.campaign.findUniqueOrThrow({ where: { id: campaignId } });
  const { objectives } = CampaignSpecSchema.parse(spec);
  const rows = await database.candidate.findMany({
    where: { campaignId, OR: [{ frontPoint: { isNot: null } }, { replicates: { some: {} } }] },
    include: { ...WITH_RESULTS, replicates: true },
    orderBy: { [objectives[1]]: 'asc' },
  });
  const all = rows.flatMap(({ replicates }) => replicates);
  const ended = all.filter(({ finishedAt }) => finishedAt !== null);
  return {
    campaign: name,
    done: ended.length,
    failed: ended.filter(({ failure }) => failure !== null).length,
    ...pendingCounts(all.length - ended.length),
    dryRun: false,
    members: rows.map((row) => {
      const { id, number, validationAccuracy, testAccuracy, energy, latency } = describeCandidate(row);
      const results = row.replicates.flatMap(({ validationAccuracy: validation, testAccuracy: test, ...costs }) =>
        validation === null || test === null || costs.energy === null
          ? []
          : [{ validation, test, energy: costs.energy, latency: costs.latency }],
      );
      const latencies = results.flatMap((each) => each.latency ?? []);
      return {
        ...{ id, number, validationAccuracy, testAccuracy, energy, latency },
        seeds: results.length,
        again:
          results.length === 0
            ? null
            : {
                validationAccuracy: confidenceInterval(results.map(({ validation }) => validation)),
                testAccuracy: confidenceInterval(results.map(({ test }) => test)),
                energy: confidenceInterval(results.map((each) => each.energy)),
                latency: latencies.length > 0 ? confidenceInterval(latencies) : null,
              },
      };
    }),
  };
}

/** The count under its name, and under the name that it had in the version before. */
const pendingCounts = (pending: number): Pick<Reevaluation, 'pending' | 'toDo'> => ({ pending, toDo: pending });
