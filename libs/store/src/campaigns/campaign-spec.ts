import { CampaignSpecSchema, type CampaignSpec } from '@espalier/contracts';
import type { Prisma } from '../generated/client.js';

export async function campaignSpec(database: Prisma.TransactionClient, campaignId: string): Promise<CampaignSpec> {
  const { spec } = await database.campaign.findUniqueOrThrow({ where: { id: campaignId }, select: { spec: true } });
  return CampaignSpecSchema.parse(spec);
}
