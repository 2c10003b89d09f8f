import { frontPoint } from '@espalier/campaign-policy';
import { CampaignSpecSchema, type Front } from '@espalier/contracts';
import { describeCandidate, WITH_RESULTS } from '../candidates/find-candidate.js';
import type { Database } from '../database/client.js';
import { denseOf } from '../training/dense-models.js';

/** Reads a campaign's front as of its last result. */
export async function readFront(database: Database, campaignId: string): Promise<Front> {
  const campaign = await database.campaign.findUniqueOrThrow({
    where: { id: campaignId },
    include: { front: true, denseModel: true },
  });
  const spec = CampaignSpecSchema.parse(campaign.spec);
  const [, cost] = spec.objectives;
  const rows = await database.candidate.findMany({
    where: { campaignId, frontPoint: { isNot: null } },
    include: WITH_RESULTS,
    orderBy: { [cost]: 'asc' },
  });
  return {
    campaign: campaign.name,
    cost,
    hypervolume: campaign.front?.hypervolume ?? 0,
    dense: campaign.denseModel ? denseOf(spec, campaign.denseModel) : null,
    points: rows.map(describeCandidate).map((candidate) => frontPoint(candidate, candidate)),
  };
}

/** Lists front members that have not been measured on the test split, and can be. */
export async function untestedFrontMembers(
  database: Database,
  campaignId: string,
): Promise<{ candidateId: string; artifact: string }[]> {
  const untested = await database.event.findMany({
    where: { campaignId, kind: 'candidate-untested' },
    select: { candidateId: true },
  });
  const rows = await database.candidate.findMany({
    where: {
      campaignId,
      id: { notIn: untested.flatMap(({ candidateId }) => candidateId ?? []) },
      frontPoint: { isNot: null },
      evaluations: { none: { split: 'test' } },
    },
    orderBy: { number: 'asc' },
    select: { id: true, artifactHash: true },
  });
  return rows.flatMap(({ id, artifactHash }) =>
    artifactHash === null ? [] : [{ candidateId: id, artifact: artifactHash }],
  );
}
