import { CampaignSpecSchema, SparsityProfileSchema, type Front, type RepriceRequest } from '@espalier/contracts';
import { networkCosts, priceProfile } from '@espalier/pricing';
import { describeCandidate, WITH_RESULTS } from '../candidates/find-candidate.js';
import type { Database } from '../database/client.js';
import { denseOf } from '../training/dense-models.js';
import { computeFront, frontPoint } from '@espalier/campaign-policy';

/**
 * Computes a campaign's front on another accelerator: each candidate is priced from its stored
 * sparsity profile, none is trained.
 *
 * @throws NetworkError or EnergyModelError when the accelerator is unknown or cannot run the
 *   network
 */
export async function repriceCampaign(
  database: Database,
  campaignId: string,
  { accelerator, batch }: RepriceRequest,
): Promise<Front> {
  const campaign = await database.campaign.findUniqueOrThrow({
    where: { id: campaignId },
    include: { denseModel: true },
  });
  const spec = CampaignSpecSchema.parse(campaign.spec);
  const priced = { ...spec, accelerator: accelerator ?? spec.accelerator, batch: batch ?? spec.batch };
  const rows = await database.candidate.findMany({
    where: { campaignId, accuracy: { gte: spec.constraints.accuracy?.min ?? 0 } },
    include: { ...WITH_RESULTS, evaluations: true },
    orderBy: { number: 'asc' },
  });
  const candidates = rows.flatMap((row) => {
    const validation = row.evaluations.find(({ split }) => split === 'validation');
    if (!validation) return [];
    const report = priceProfile(priced, SparsityProfileSchema.parse(validation.profile));
    return [{ row, ...networkCosts(report), accuracy: validation.accuracy }];
  });
  const dense = campaign.denseModel ? denseOf(priced, campaign.denseModel) : null;
  const [, cost] = spec.objectives;
  const { members, hypervolume } = computeFront(candidates, dense, cost);
  return {
    campaign: campaign.name,
    cost,
    hypervolume,
    dense,
    points: members.map(({ row, ...costs }) => frontPoint(describeCandidate(row), costs)),
  };
}
