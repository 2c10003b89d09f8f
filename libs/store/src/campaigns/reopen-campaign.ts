import {
  BudgetSchema,
  CampaignSpecSchema,
  type CampaignState,
  type ExtendRequest,
  type Extension,
  type Failure,
  type Retry,
  type RetryRequest,
} from '@espalier/contracts';
import { isDeepStrictEqual } from 'node:util';
import { findExhaustedBudget } from '../candidates/budget-use.js';
import { describeCandidate, WITH_RESULTS } from '../candidates/find-candidate.js';
import type { Database } from '../database/client.js';
import { ConflictError } from '../database/errors.js';
import { lockCampaign } from '../database/lock-campaigns.js';
import { recordEvent } from '../events/events.js';
import { Prisma } from '../generated/client.js';
import { NO_RESULT } from './campaign-state.js';

/**
 * Extends the budgets of a finished campaign. Its strategy keeps its observations. Budgets that the
 * campaign has already change nothing.
 *
 * @param request the budgets in all
 * @throws ConflictError when the campaign has not finished, was cancelled, has a larger budget, or
 *   has no room even with these
 */
export function extendCampaign(
  database: Database,
  campaignId: string,
  { dryRun, ...larger }: ExtendRequest,
): Promise<Extension> {
  return database.$transaction(async (transaction) => {
    await lockCampaign(transaction, campaignId);
    const { name, state, spec, failure } = await transaction.campaign.findUniqueOrThrow({ where: { id: campaignId } });
    const before = CampaignSpecSchema.parse(spec);
    const budget = BudgetSchema.parse({ ...before.budget, ...larger });
    const extension = { campaign: name, budgetBefore: before.budget, budget, dryRun };
    for (const key of ['candidates', 'deviceHours', 'wallClockHours', 'energyEvaluations'] as const) {
      const [old, wanted] = [before.budget[key], larger[key]];
      if (old !== undefined && wanted !== undefined && wanted < old) {
        throw new ConflictError(key, `campaign '${name}' has a budget of ${old} ${LIMITS[key]}; give more`);
      }
    }
    if (isDeepStrictEqual(budget, before.budget)) return extension;
    const hasNoResult = (failure as Failure | null)?.type === NO_RESULT;
    refuseUnless(hasNoResult ? ['completed', 'failed'] : ['completed'], name, state, 'extended');
    const spent = await findExhaustedBudget(transaction, campaignId, { budget });
    if (spent) {
      throw new ConflictError(
        spent.budget,
        `campaign '${name}' has used up ${LIMITS[spent.budget]} (${spent.used.toPrecision(3)} of ${spent.of}); extend that too`,
      );
    }
    if (dryRun) return extension;
    await reopen(transaction, campaignId, { spec: { ...before, budget } });
    await recordEvent(transaction, campaignId, 'campaign-extended', { budgetBefore: before.budget, budget });
    return extension;
  });
}

const LIMITS = {
  candidates: 'candidates',
  deviceHours: 'hours of devices',
  wallClockHours: 'hours since its launch',
  energyEvaluations: 'evaluations of energy',
  hypervolume: 'its patience for the hypervolume',
};

/**
 * Retries candidates without a result in a finished campaign. Each resumes from its last
 * checkpoint, and is observed again.
 *
 * @throws ConflictError when the campaign has not finished or was cancelled, or one of the named
 *   candidates has a result
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
    const done = rows.find((row) => row.state === 'completed' || row.state === 'stopped');
    if (done) throw new ConflictError('candidates', `candidate ${done.id} is ${done.state}: it has a result`);
    const again = rows.filter((row) => row.state !== 'pending' && row.state !== 'running');
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
      data: { state: 'pending', failure: Prisma.DbNull, finishedAt: null, observationOrder: null },
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
