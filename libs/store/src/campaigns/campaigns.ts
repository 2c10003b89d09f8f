import { createHash } from 'node:crypto';
import {
  CampaignSpecSchema,
  FailureSchema,
  FINAL_CAMPAIGN_STATES,
  type Campaign,
  type CampaignSpec,
  type CampaignState,
  type Failure,
  type PriorResult,
} from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { denseOf } from '../training/dense-models.js';
import { ConflictError, NotFoundError } from '../database/errors.js';
import { recordEvent } from '../events/events.js';
import { IMPORTED, importResults, keepPriorResults } from './import-results.js';
import { Prisma } from '../generated/client.js';

const WITH_DETAILS = { front: true, denseModel: true } satisfies Prisma.CampaignInclude;
type CampaignRow = Prisma.CampaignGetPayload<{ include: typeof WITH_DETAILS }>;

/**
 * Creates a campaign, once: launching the same spec again, under its name or idempotency key, gives the first one.
 *
 * @throws ConflictError when the name, or the key, belongs to another spec, or results to begin with are of something else
 */
export async function createCampaign(
  database: Database,
  spec: CampaignSpec,
  idempotencyKey: string | null,
  priorResults?: readonly PriorResult[],
): Promise<{ id: string; created: boolean }> {
  const launched = priorResults ? { ...spec, priorResults } : spec;
  const specHash = createHash('sha256').update(JSON.stringify(launched)).digest('hex');
  const existing = await database.campaign.findFirst({
    where: { OR: [{ name: spec.name }, ...(idempotencyKey === null ? [] : [{ idempotencyKey }])] },
  });
  if (existing) {
    if (idempotencyKey !== null && existing.idempotencyKey === idempotencyKey && existing.specHash !== specHash) {
      throw new ConflictError('Idempotency-Key', `was used for another spec, that of campaign '${existing.name}'`);
    }
    if (existing.specHash === specHash) return { id: existing.id, created: false };
    throw new ConflictError(
      'name',
      `there is a campaign '${spec.name}' with another spec already; choose another name, or resume that one`,
    );
  }
  try {
    const { id } = await database.$transaction(async (transaction) => {
      const campaign = await transaction.campaign.create({
        data: { name: spec.name, spec, specHash, idempotencyKey },
      });
      await recordEvent(transaction, campaign.id, 'campaign-launched', {});
      await importResults(transaction, campaign.id, spec);
      if (priorResults) await keepPriorResults(transaction, campaign.id, spec, priorResults);
      return campaign;
    });
    return { id, created: true };
  } catch (error) {
    const lostRace = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
    if (lostRace) return createCampaign(database, spec, idempotencyKey, priorResults);
    throw error;
  }
}

/** @param nameOrId a campaign's name or id; @throws NotFoundError */
export async function findCampaign(database: Database, nameOrId: string): Promise<Campaign> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(nameOrId);
  const row = await database.campaign.findFirst({
    where: isId ? { OR: [{ id: nameOrId }, { name: nameOrId }] } : { name: nameOrId },
    include: WITH_DETAILS,
  });
  if (!row) throw new NotFoundError('campaign', nameOrId);
  const [campaign] = await describe(database, [row]);
  return campaign;
}

/** The newest campaigns, those that were archived only when asked for. */
export async function listCampaigns(database: Database, archived = false): Promise<Campaign[]> {
  return describe(
    database,
    await database.campaign.findMany({
      where: archived ? {} : { archivedAt: null },
      include: WITH_DETAILS,
      orderBy: { createdAt: 'desc' },
      take: 200,
    }),
  );
}

/** Campaigns that should have a workflow at work. */
export async function unfinishedCampaigns(
  database: Database,
): Promise<Pick<Campaign, 'id' | 'name' | 'state' | 'spec'>[]> {
  const rows = await database.campaign.findMany({
    where: { state: { in: ['pending', 'running', 'paused'] } },
    select: { id: true, name: true, state: true, spec: true },
    orderBy: { createdAt: 'asc' },
  });
  return rows.map((row) => ({ ...row, spec: CampaignSpecSchema.parse(row.spec) }));
}

/** Moves a campaign to a state. A final state is never left, and setting a state that it has changes nothing. */
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

/**
 * The type of the failure of a campaign that came to its end with no candidate that has a result.
 */
export const NO_RESULT = 'NoResult';

/** The commonest reason, where candidates failed and none of the campaign's own has a result. */
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

/** A campaign that was paused holds candidates that nobody is at: with it they end too. */
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

async function describe(database: Database, rows: readonly CampaignRow[]): Promise<Campaign[]> {
  const counted = await database.candidate.groupBy({
    by: ['campaignId', 'state'],
    where: { campaignId: { in: rows.map(({ id }) => id) } },
    _count: true,
  });
  const specs = rows.map(({ spec }) => CampaignSpecSchema.parse(spec));
  const warm = rows.filter((_, i) => specs[i].warmStart !== undefined).map(({ id }) => id);
  const imported = await countImported(database, warm);
  return rows.map((row, i): Campaign => {
    const counts = { pending: 0, running: 0, completed: 0, stopped: 0, diverged: 0, failed: 0, cancelled: 0 };
    for (const { campaignId, state, _count } of counted) if (campaignId === row.id) counts[state] = _count;
    const begunWith = imported.get(row.id) ?? 0;
    counts.completed -= begunWith;
    const spec = specs[i];
    return {
      id: row.id,
      name: row.name,
      state: row.state,
      spec,
      dense: row.denseModel ? denseOf(spec, row.denseModel) : null,
      counts: { ...counts, asked: counts.pending, imported: begunWith },
      hypervolume: row.front?.hypervolume ?? null,
      failure: row.failure === null ? null : FailureSchema.parse(row.failure),
      createdAt: row.createdAt.toISOString(),
      finishedAt: row.finishedAt?.toISOString() ?? null,
      archivedAt: row.archivedAt?.toISOString() ?? null,
    };
  });
}

async function countImported(database: Database, campaignIds: string[]): Promise<Map<string, number>> {
  if (campaignIds.length === 0) return new Map();
  const counted = await database.candidate.groupBy({
    by: ['campaignId'],
    where: { campaignId: { in: campaignIds }, ...IMPORTED },
    _count: true,
  });
  return new Map(counted.map(({ campaignId, _count }) => [campaignId, _count]));
}
