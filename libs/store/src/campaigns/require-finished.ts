import { FINAL_CAMPAIGN_STATES } from '@espalier/contracts';
import { ConflictError } from '../database/errors.js';
import { lockCampaign } from '../database/lock-campaigns.js';
import type { Prisma } from '../generated/client.js';

export async function requireFinished(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  what: string,
): Promise<string> {
  await lockCampaign(transaction, campaignId);
  const { name, state } = await transaction.campaign.findUniqueOrThrow({ where: { id: campaignId } });
  if (!FINAL_CAMPAIGN_STATES.includes(state)) {
    throw new ConflictError(
      'campaign',
      `campaign '${name}' is ${state}: cancel it, or wait until it has ended, before it is ${what}`,
    );
  }
  return name;
}
