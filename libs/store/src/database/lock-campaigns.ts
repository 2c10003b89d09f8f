import { CampaignSpecSchema, type CampaignSpec } from '@espalier/contracts';
import { NotFoundError } from './errors.js';
import type { Prisma } from '../generated/client.js';

/**
 * Locks the campaign's row until the transaction ends, and gives its spec as it is now. Rows that
 * refer to it may be written by others meanwhile: who adds to its log while he holds a candidate
 * would otherwise wait for whoever waits for that candidate.
 *
 * @throws NotFoundError when it has been deleted meanwhile
 */
export async function lockCampaign(transaction: Prisma.TransactionClient, campaignId: string): Promise<CampaignSpec> {
  const [row] = await transaction.$queryRaw<({ spec: unknown } | undefined)[]>`
    SELECT spec FROM campaigns WHERE id = ${campaignId}::uuid FOR NO KEY UPDATE`;
  if (!row) throw new NotFoundError('campaign', campaignId, ': it was deleted');
  return CampaignSpecSchema.parse(row.spec);
}

/**
 * Locks those of the campaigns that nobody else has locked, and gives their specs; it waits for
 * none.
 */
export async function lockAvailableCampaigns(
  transaction: Prisma.TransactionClient,
  campaignIds: readonly string[],
): Promise<Map<string, CampaignSpec>> {
  const rows = await transaction.$queryRaw<{ id: string; spec: unknown }[]>`
    SELECT id, spec FROM campaigns WHERE id = ANY(${campaignIds}::uuid[]) FOR NO KEY UPDATE SKIP LOCKED`;
  return new Map(rows.map(({ id, spec }) => [id, CampaignSpecSchema.parse(spec)]));
}
