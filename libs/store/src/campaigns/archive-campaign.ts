import type { Database } from '../database/client.js';
import { requireFinished } from './require-finished.js';

/**
 * Archives a finished campaign: it stays, and is no longer listed. Repeated calls change nothing.
 *
 * @throws ConflictError when the campaign has not finished
 */
export async function archiveCampaign(database: Database, campaignId: string): Promise<void> {
  await database.$transaction(async (transaction) => {
    await requireFinished(transaction, campaignId, 'archived');
    await transaction.campaign.updateMany({
      where: { id: campaignId, archivedAt: null },
      data: { archivedAt: new Date() },
    });
  });
}
