import { createHash } from 'node:crypto';
import {
  FailureSchema,
  LineageSchema,
  NetworkEnergySchema,
  PruningScheduleSchema,
  SparsityProfileSchema,
  type Candidate,
  type CandidateDetail,
  type CandidatePage,
  type CandidateQuery,
} from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { BadCursorError, NotFoundError } from '../database/errors.js';
import type { Prisma } from '../generated/client.js';

const WITH_RESULTS = {
  frontPoint: true,
  campaign: { select: { name: true } },
  evaluations: { select: { split: true, accuracy: true } },
} satisfies Prisma.CandidateInclude;
type CandidateRow = Prisma.CandidateGetPayload<{ include: typeof WITH_RESULTS }>;

/** A page of a campaign's candidates. Pages are cut by key, so that none is missed or repeated while more arrive. */
export async function listCandidates(
  database: Database,
  campaignId: string,
  { state, sort, order, limit, after }: CandidateQuery,
): Promise<CandidatePage> {
  const sorted = sort !== 'number';
  const rows = await database.candidate.findMany({
    where: {
      campaignId,
      ...(state ? { state } : {}),
      // A candidate without a result has no place in an order by result.
      ...(sorted ? { [sort]: { not: null } } : {}),
      ...(after === undefined ? {} : afterCursor(after, sort, order)),
    },
    include: WITH_RESULTS,
    orderBy: sorted ? [{ [sort]: order }, { number: order }] : [{ number: order }],
    take: limit + 1,
  });
  const items = rows.slice(0, limit).map(describeCandidate);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { items, next: last ? encodeCursor(sorted ? last[sort] : null, last.number) : null };
}

/** @throws NotFoundError */
export async function findCandidate(database: Database, id: string): Promise<CandidateDetail> {
  const row = await database.candidate.findUnique({
    where: { id },
    include: { ...WITH_RESULTS, evaluations: true },
  });
  if (!row) throw new NotFoundError('candidate', id);
  const validation = row.evaluations.find(({ split }) => split === 'validation');
  return {
    ...describeCandidate(row),
    profile: validation ? SparsityProfileSchema.parse(validation.profile) : null,
    energyReport: validation ? NetworkEnergySchema.parse(validation.energyReport) : null,
  };
}

export function describeCandidate(row: CandidateRow): Candidate {
  return {
    id: row.id,
    campaign: row.campaign.name,
    number: row.number,
    state: row.state,
    schedule: PruningScheduleSchema.parse(row.schedule),
    lineage: LineageSchema.parse(row.lineage),
    validationAccuracy: row.accuracy,
    testAccuracy: row.evaluations.find(({ split }) => split === 'test')?.accuracy ?? null,
    energy: row.energy,
    latency: row.latency,
    weightsLeft: row.weightsLeft,
    onFront: row.frontPoint !== null,
    rung: row.rung,
    failure: row.failure === null ? null : FailureSchema.parse(row.failure),
    artifact: row.artifactHash,
    reusedFrom: row.reusedFrom,
    answeredBy: row.reusedFrom,
    proposedAt: row.proposedAt.toISOString(),
    askedAt: row.proposedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

export { WITH_RESULTS };

/** A candidate's id follows from its campaign and number, so that asking twice makes it once. */
export function candidateId(campaignId: string, number: number): string {
  const hash = createHash('sha256').update(`${campaignId}/${number}`).digest();
  hash[6] = (hash[6] & 0x0f) | 0x80; // UUID version 8 (RFC 9562): made by the application
  hash[8] = (hash[8] & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

function encodeCursor(value: number | null, number: number): string {
  return Buffer.from(JSON.stringify([value, number])).toString('base64url');
}

function afterCursor(cursor: string, sort: CandidateQuery['sort'], order: 'asc' | 'desc'): Prisma.CandidateWhereInput {
  const [value, number] = decodeCursor(cursor);
  const beyond = order === 'asc' ? 'gt' : 'lt';
  if (sort === 'number') return { number: { [beyond]: number } };
  if (value === null) throw new BadCursorError(cursor);
  return { OR: [{ [sort]: { [beyond]: value } }, { [sort]: value, number: { [beyond]: number } }] };
}

function decodeCursor(cursor: string): [number | null, number] {
  try {
    const [value, number] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [unknown, unknown];
    if ((value === null || typeof value === 'number') && Number.isInteger(number)) return [value, number as number];
  } catch {
    // Not one of ours: refused below.
  }
  throw new BadCursorError(cursor);
}
