import { CampaignSpecSchema, type CampaignSpec } from '@espalier/contracts';
import { NotFoundError } from './errors.js';
import type { Prisma } from '../generated/client.js';

/**
 * Locks a campaign's row until the transaction ends. Rows that refer to it can still be written: a
 * transaction that adds an event while it holds a candidate would otherwise deadlock.
 *
 * @returns its spec as it is now
 * @throws NotFoundError when the campaign has been deleted
 */
export async function lockCampaign(transaction: Prisma.TransactionClient, campaignId: string): Promise<CampaignSpec> {
  const [row] = await transaction.$queryRaw<({ spec: unknown } | undefined)[]>`
    SELECT spec FROM campaigns WHERE id = ${campaignId}::uuid FOR NO KEY UPDATE`;
  if (!row) throw new NotFoundError('campaign', campaignId, ': it was deleted');
  return CampaignSpecSchema.parse(row.spec);
}

/**
 * Locks those campaigns that are not locked, without waiting.
 *
 * @returns their specs
 */
export async function lockAvailableCampaigns(
  transaction: Prisma.TransactionClient,
  campaignIds: readonly string[],
): Promise<Map<string, CampaignSpec>> {
  const rows = await transaction.$queryRaw<{ id: string; spec: unknown }[]>`
    SELECT id, spec FROM campaigns WHERE id = ANY(${campaignIds}::uuid[]) FOR NO KEY UPDATE SKIP LOCKED`;
  return new Map(rows.map(({ id, spec }) => [id, CampaignSpecSchema.parse(spec)]));
}
