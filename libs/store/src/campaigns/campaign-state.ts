import { FINAL_CAMPAIGN_STATES, type CampaignState, type Failure } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { recordEvent } from '../events/events.js';
import { Prisma } from '../generated/client.js';
import { IMPORTED } from './warm-start.js';

/**
 * Sets a campaign's state. A final state is never left; setting the present state changes nothing.
 */
export async function setCampaignState(
  database: Database,
  campaignId: string,
  state: CampaignState,
  failure: Failure | null,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const reason = state === 'completed' ? await commonestFailure(transaction, campaignId) : null;
    if (reason) return end(transaction, campaignId, 'failed', reason);
    return end(transaction, campaignId, state, failure);
  });
}

async function end(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  state: CampaignState,
  failure: Failure | null,
): Promise<void> {
  const isFinal = FINAL_CAMPAIGN_STATES.includes(state);
  const { count } = await transaction.campaign.updateMany({
    where: { id: campaignId, state: { notIn: [...FINAL_CAMPAIGN_STATES, state] } },
    data: { state, failure: failure ?? Prisma.DbNull, finishedAt: isFinal ? new Date() : null },
  });
  const detail: Record<string, string> = failure ? { type: failure.type, message: failure.message } : {};
  if (count === 0) return;
  if (isFinal) await cancelUnfinished(transaction, campaignId, state);
  await recordEvent(transaction, campaignId, `campaign-${state}`, detail);
}

/** Failure type of a campaign that finished without one result. */
export const NO_RESULT = 'NoResult';

/** The most frequent failure of a campaign's candidates; null when one of its own has a result. */
async function commonestFailure(transaction: Prisma.TransactionClient, campaignId: string): Promise<Failure | null> {
  const withResult = await transaction.candidate.findFirst({
    where: { campaignId, state: { in: ['completed', 'stopped'] }, NOT: IMPORTED },
    select: { id: true },
  });
  if (withResult) return null;
  const reasons = await transaction.$queryRaw<{ state: string; type: string; message: string; times: number }[]>`
    SELECT failure->>'type' AS type, min(failure->>'message') AS message, count(*)::int AS times
      FROM candidates
     WHERE campaign_id = ${campaignId}::uuid AND state IN ('failed', 'diverged')
     GROUP BY 1 ORDER BY times DESC, type`;
  if (reasons.length === 0) return null;
  const all = reasons.reduce((sum, { times }) => sum + times, 0);
  const [{ type, message, times }] = reasons;
  return {
    type: NO_RESULT,
    message: `none of ${all} candidates has a result; ${times === all ? 'all' : `${times} of them`} failed with ${type}: ${message}. When the cause is gone, try them again with campaign retry-failed`,
  };
}

/** Cancels the unfinished candidates of a paused campaign, which no workflow runs. */
async function cancelUnfinished(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  state: CampaignState,
): Promise<void> {
  const failure = { type: 'Cancelled', message: `the campaign is ${state}, and nobody was at it` };
  const cancelled = await transaction.candidate.updateManyAndReturn({
    where: { campaignId, state: { in: ['pending', 'running'] } },
    data: { state: 'cancelled', failure, finishedAt: new Date() },
    select: { id: true },
  });
  for (const { id } of cancelled) await recordEvent(transaction, campaignId, 'candidate-cancelled', failure, id);
}
