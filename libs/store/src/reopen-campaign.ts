import {
  CampaignSpecSchema,
  type CampaignState,
  type ExtendRequest,
  type Extension,
  type Retry,
  type RetryRequest,
} from '@espalier/contracts';
import { lockCampaign } from './ask-and-tell.js';
import { describeCandidate, WITH_RESULTS } from './candidates.js';
import type { Database } from './database.js';
import { ConflictError } from './errors.js';
import { recordEvent } from './events.js';
import { Prisma } from './generated/client.js';

/**
 * Gives a campaign that has ended more candidates: its strategy goes on from what it was told. A budget that it has already
 * changes nothing.
 *
 * @param candidates the budget in all
 * @throws ConflictError when the campaign has not ended, ended otherwise, or has a larger budget
 */
export function extendCampaign(
  database: Database,
  campaignId: string,
  { candidates, dryRun }: ExtendRequest,
): Promise<Extension> {
  return database.$transaction(async (transaction) => {
    const before = await lockCampaign(transaction, campaignId);
    const { name, state, spec } = await transaction.campaign.findUniqueOrThrow({ where: { id: campaignId } });
    const extension = { campaign: name, budgetBefore: before, budget: candidates, dryRun };
    if (candidates === before) return extension;
    if (candidates < before) {
      throw new ConflictError('candidates', `campaign '${name}' has a budget of ${before} candidates; give more`);
    }
    refuseUnless(['completed'], name, state, 'extended');
    if (dryRun) return extension;
    const longer = { ...CampaignSpecSchema.parse(spec), budget: { candidates } };
    await reopen(transaction, campaignId, { candidatesBudget: candidates, spec: longer });
    await recordEvent(transaction, campaignId, 'campaign-extended', { budgetBefore: before, budget: candidates });
    return extension;
  });
}

/**
 * Has candidates without a result tried again, by a campaign that has ended. Their checkpoints are there still, so that each
 * goes on from its last one. The strategy is told of them anew.
 *
 * @throws ConflictError when the campaign has not ended or was cancelled, or one of the candidates named has a result
 */
export function retryCandidates(
  database: Database,
  campaignId: string,
  { errorType, candidates, dryRun }: RetryRequest,
): Promise<Retry> {
  return database.$transaction(async (transaction) => {
    await lockCampaign(transaction, campaignId);
    const { name, state } = await transaction.campaign.findUniqueOrThrow({ where: { id: campaignId } });
    const rows = await transaction.candidate.findMany({
      where: {
        campaignId,
        ...(candidates
          ? { id: { in: candidates } }
          : { state: errorType === undefined ? 'failed' : { in: ['failed', 'diverged'] } }),
        ...(errorType !== undefined && { failure: { path: ['type'], equals: errorType } }),
      },
      include: WITH_RESULTS,
      orderBy: { number: 'asc' },
    });
    const unknown = candidates?.find((id) => !rows.some((row) => row.id === id));
    if (unknown !== undefined) {
      throw new ConflictError('candidates', `campaign '${name}' has no candidate ${unknown} that could be tried again`);
    }
    const done = rows.find((row) => row.state === 'completed');
    if (done) throw new ConflictError('candidates', `candidate ${done.id} is completed: it has a result`);
    const again = rows.filter((row) => row.state !== 'asked' && row.state !== 'running');
    const retry = {
      campaign: name,
      retried: again.map(describeCandidate).map(({ id, number, state: ended, failure }) => ({
        id,
        number,
        state: ended,
        failure,
      })),
      dryRun,
    };
    if (again.length === 0) return retry;
    refuseUnless(['completed', 'failed'], name, state, 'given candidates to try again');
    if (dryRun) return retry;
    await transaction.candidate.updateMany({
      where: { id: { in: again.map(({ id }) => id) } },
      data: { state: 'asked', failure: Prisma.DbNull, finishedAt: null, toldOrder: null },
    });
    await reopen(transaction, campaignId, {});
    await recordEvent(transaction, campaignId, 'candidates-retried', { candidates: again.length });
    return retry;
  });
}

function reopen(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  change: Prisma.CampaignUpdateInput,
): Promise<unknown> {
  return transaction.campaign.update({
    where: { id: campaignId },
    data: { ...change, state: 'running', finishedAt: null, failure: Prisma.DbNull },
  });
}

function refuseUnless(allowed: readonly CampaignState[], name: string, state: CampaignState, what: string): void {
  if (allowed.includes(state)) return;
  const instead = state === 'cancelled' ? 'launch another one' : 'wait until it has ended';
  throw new ConflictError('campaign', `campaign '${name}' is ${state}: it cannot be ${what}; ${instead}`);
}
