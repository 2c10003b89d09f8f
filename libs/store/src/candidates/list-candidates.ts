import { type CandidatePage, type CandidateQuery } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { BadCursorError } from '../database/errors.js';
import type { Prisma } from '../generated/client.js';
import { WITH_RESULTS, describeCandidate } from './find-candidate.js';

/**
 * A page of a campaign's candidates. Pages are cut by key, so that none is missed or repeated while
 * more arrive.
 */
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
