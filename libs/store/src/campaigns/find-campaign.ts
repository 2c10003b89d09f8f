import { CampaignSpecSchema, FailureSchema, type Campaign } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { NotFoundError } from '../database/errors.js';
import type { Prisma } from '../generated/client.js';
import { denseOf } from '../training/dense-models.js';
import { IMPORTED } from './warm-start.js';

const WITH_DETAILS = { front: true, denseModel: true } satisfies Prisma.CampaignInclude;

type CampaignRow = Prisma.CampaignGetPayload<{ include: typeof WITH_DETAILS }>;

/**
 * Finds a campaign with its counts, and the price of its dense network.
 *
 * @param nameOrId a campaign's name or id
 * @throws NotFoundError
 */
export async function findCampaign(database: Database, nameOrId: string): Promise<Campaign> {
  const row = await database.campaign.findFirst({ where: named(nameOrId), include: WITH_DETAILS });
  if (!row) throw new NotFoundError('campaign', nameOrId);
  const [campaign] = await describe(database, [row]);
  return campaign;
}

/**
 * Finds a campaign's id, name and state, and counts no candidates.
 *
 * @param nameOrId a campaign's name or id
 * @throws NotFoundError
 */
export async function resolveCampaign(
  database: Database,
  nameOrId: string,
): Promise<Pick<Campaign, 'id' | 'name' | 'state'>> {
  const select = { id: true, name: true, state: true };
  const row = await database.campaign.findFirst({ where: named(nameOrId), select });
  if (!row) throw new NotFoundError('campaign', nameOrId);
  return row;
}

/** Finds a campaign's id, as `resolveCampaign`. */
export async function resolveCampaignId(database: Database, nameOrId: string): Promise<string> {
  return (await resolveCampaign(database, nameOrId)).id;
}

function named(nameOrId: string): Prisma.CampaignWhereInput {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(nameOrId);
  return isId ? { OR: [{ id: nameOrId }, { name: nameOrId }] } : { name: nameOrId };
}

/**
 * Lists the 200 newest campaigns.
 *
 * @param archived whether archived campaigns are listed too
 */
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

/** Lists campaigns that need a running workflow. */
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
