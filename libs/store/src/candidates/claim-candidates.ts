import { MeasurementSchema, type ClaimResult } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { NotFoundError } from '../database/errors.js';
import { recordEvent } from '../events/events.js';
import type { Prisma } from '../generated/client.js';
import { recordResults } from './record-result.js';

export interface Claim {
  readonly campaignId: string;
  readonly candidateId: string;
  /**
   * The workflow run that claims the candidate; undefined for workflows from before there was
   * fencing.
   */
  readonly run?: string | undefined;
}

/**
 * Claims candidates of any campaigns for workflow runs: from now on the store refuses results of
 * earlier runs. A candidate reuses the result of a finished one with the same deduplication key, of
 * any campaign.
 *
 * @returns for each claim whether to train the candidate, whether it is finished, or whether
 *   another candidate with the same key is running; NotFoundError for a candidate that does not
 *   exist
 */
export async function claimCandidates(
  database: Database,
  claims: readonly Claim[],
): Promise<PromiseSettledResult<ClaimResult>[]> {
  const taken = await database.$transaction((transaction) => take(transaction, claims));
  const answers = taken.flatMap((each, at) => (isDone(each) ? [{ ...each, at }] : []));
  const recorded = new Map<number, PromiseSettledResult<void>>();
  for (const campaignId of new Set(answers.map(({ at }) => claims[at].campaignId))) {
    const ofOne = answers.filter(({ at }) => claims[at].campaignId === campaignId);
    const results = ofOne.map(({ at, id, artifact, evaluations: [{ split, images, accuracy, loss, profile }] }) => ({
      ...claims[at],
      model: { artifact: artifact.hash, bytes: artifact.bytes },
      measurement: MeasurementSchema.parse({ split, images, accuracy, loss, profile }),
      reusedFrom: id,
    }));
    // An error in one campaign, or its deletion, does not affect the others.
    const outcomes = await recordResults(database, campaignId, results).catch((reason: unknown) =>
      results.map((): PromiseSettledResult<void> => ({ status: 'rejected', reason })),
    );
    ofOne.forEach(({ at }, i) => recorded.set(at, outcomes[i]));
  }
  return Promise.all(
    taken.map(async (each, at): Promise<PromiseSettledResult<ClaimResult>> => {
      if (each === null) {
        return { status: 'rejected', reason: new NotFoundError('candidate', claims[at].candidateId) };
      }
      if (typeof each === 'string') return { status: 'fulfilled', value: each };
      const outcome = recorded.get(at);
      if (outcome?.status !== 'rejected') return { status: 'fulfilled', value: 'finished' };
      if (!(outcome.reason instanceof NotFoundError)) return outcome;
      // The candidate with the result was deleted: another may have the same key.
      const [again] = await claimCandidates(database, [claims[at]]);
      return again;
    }),
  );
}

/** One candidate, as `claimCandidates`. */
export async function claimCandidate(
  database: Database,
  campaignId: string,
  candidateId: string,
  run?: string,
): Promise<ClaimResult> {
  const [outcome] = await claimCandidates(database, [{ campaignId, candidateId, run }]);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

/**
 * Returns a candidate whose run stopped to the pending ones. A candidate that another run has
 * claimed stays as it is.
 */
export async function releaseCandidate(
  database: Database,
  campaignId: string,
  candidateId: string,
  run: string,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const { count } = await transaction.candidate.updateMany({
      where: { id: candidateId, state: 'running', claimedBy: run },
      data: { state: 'pending', claimedBy: null },
    });
    if (count > 0) await recordEvent(transaction, campaignId, 'candidate-released', {}, candidateId);
  });
}

/**
 * The answer to each claim, the candidate whose result it reuses, or null for a candidate that does
 * not exist.
 */
async function take(
  transaction: Prisma.TransactionClient,
  claims: readonly Claim[],
): Promise<(ClaimResult | Done | null)[]> {
  const rows = await transaction.candidate.findMany({
    where: { id: { in: claims.map(({ candidateId }) => candidateId) } },
    select: { id: true, state: true, deduplicationKey: true },
  });
  const open = rows.filter(({ state }) => state === 'pending' || state === 'running');
  const others = await findSameWork(
    transaction,
    open.flatMap(({ deduplicationKey }) => deduplicationKey ?? []),
  );
  const toTake: Omit<Claim, 'campaignId'>[] = [];
  /** Deduplication keys that this call claims, and the candidate of each. */
  const toDo = new Map<string, string>();
  const outcomes = claims.map(({ candidateId, run }): ClaimResult | { readonly doneBy: string } | null => {
    const row = rows.find(({ id }) => id === candidateId);
    if (!row) return null;
    if (!open.includes(row)) return 'finished';
    const same = others.filter(
      ({ id, deduplicationKey }) => deduplicationKey === row.deduplicationKey && id !== candidateId,
    );
    const done = same.find(({ state }) => state === 'completed');
    const isTakenHere = toDo.has(row.deduplicationKey ?? '') && toDo.get(row.deduplicationKey ?? '') !== candidateId;
    const isUnderWay = isTakenHere || same.some(({ state }) => state === 'running');
    if (!done && row.state === 'pending' && isUnderWay) return 'running-elsewhere';
    toTake.push({ candidateId, run });
    if (done) return { doneBy: done.id };
    if (row.deduplicationKey !== null) toDo.set(row.deduplicationKey, candidateId);
    return 'to-do';
  });
  await transaction.$executeRaw`
    UPDATE candidates SET state = 'running', claimed_by = coalesce(taking.run, candidates.claimed_by)
    FROM unnest(
      ${toTake.map(({ candidateId }) => candidateId)}::uuid[], ${toTake.map(({ run }) => run ?? null)}::text[]
    ) AS taking (id, run)
    WHERE candidates.id = taking.id`;
  const done = await findDone(
    transaction,
    outcomes.flatMap((each) => (isDone(each) ? each.doneBy : [])),
  );
  return outcomes.map((each) => (isDone(each) ? (done.find(({ id }) => id === each.doneBy) ?? 'to-do') : each));
}

const isDone = <Of>(outcome: ClaimResult | Of | null): outcome is Of => typeof outcome === 'object' && outcome !== null;

/**
 * Candidates with these deduplication keys that run, or finished without reusing a result; the
 * first to finish comes first.
 */
async function findSameWork(transaction: Prisma.TransactionClient, deduplicationKeys: readonly string[]) {
  if (deduplicationKeys.length === 0) return [];
  // Concurrent claims of one key are serialised. Keys are locked in one order, which avoids
  // deadlocks.
  await transaction.$executeRaw`
    SELECT pg_advisory_xact_lock(work) FROM (
      SELECT DISTINCT hashtextextended(hash, 0) AS work FROM unnest(${deduplicationKeys}::text[]) AS hash ORDER BY work
    ) AS works`;
  return transaction.candidate.findMany({
    where: {
      deduplicationKey: { in: [...deduplicationKeys] },
      OR: [
        // No run trains the candidates of a finished campaign.
        { state: 'running', campaign: { state: { in: ['running', 'paused'] } } },
        { state: 'completed', reusedFrom: null, artifactHash: { not: null } },
      ],
    },
    select: { id: true, state: true, deduplicationKey: true },
    orderBy: { finishedAt: 'asc' },
  });
}

type Done = Awaited<ReturnType<typeof findDone>>[number];

async function findDone(transaction: Prisma.TransactionClient, ids: readonly string[]) {
  if (ids.length === 0) return [];
  const done = await transaction.candidate.findMany({
    where: { id: { in: [...ids] } },
    include: { artifact: true, evaluations: { where: { split: 'validation' } } },
  });
  return done.flatMap(({ artifact, ...row }) => (artifact ? [{ ...row, artifact }] : []));
}
