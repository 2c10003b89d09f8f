import type { DeviceUse } from '@espalier/contracts';
import { findCampaignOfWorkflow } from '../campaigns/find-campaign-of-workflow.js';
import type { Database } from '../database/client.js';
import type { Prisma } from '../generated/client.js';

/** Device hours of a campaign; attempts that failed or were killed count. */
export async function deviceHoursOf(database: Prisma.TransactionClient, campaignId: string): Promise<number> {
  const { _sum } = await database.deviceUse.aggregate({ where: { campaignId }, _sum: { seconds: true } });
  return (_sum.seconds ?? 0) / 3600;
}

/**
 * Records how long an attempt kept a device busy. Of several reports the longest counts.
 *
 * @throws NotFoundError when the workflow belongs to no campaign
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
