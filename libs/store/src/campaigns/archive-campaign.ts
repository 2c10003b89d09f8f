import type { Database } from '../database/client.js';
import { requireFinished } from './require-finished.js';

/**
 * Puts a campaign that has ended away: it is kept, and listed no longer. Said again, it changes
 * nothing. @throws ConflictError
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
