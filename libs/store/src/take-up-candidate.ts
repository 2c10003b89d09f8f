import { MeasurementSchema, type TakenUp } from '@espalier/contracts';
import type { Database } from './database.js';
import { NotFoundError } from './errors.js';
import { recordEvent } from './events.js';
import type { Prisma } from './generated/client.js';
import { recordResults } from './results.js';

export interface Taking {
  readonly campaignId: string;
  readonly candidateId: string;
  /** The workflow run that takes it up; undefined for workflows that began before there was fencing. */
  readonly run?: string | undefined;
}

/**
 * Workflow runs take candidates up, of whatever campaigns: from now on they alone may settle them, and what earlier runs still have
 * under way is refused. Where the same work has been done before, in whatever campaign, its result becomes the candidate's.
 *
 * @returns of each whether it is to be done, is settled, or is being done by another candidate, which is to be waited for; or
 *   NotFoundError for one that is not there
 */
export async function takeUpCandidates(
  database: Database,
  takings: readonly Taking[],
): Promise<PromiseSettledResult<TakenUp>[]> {
  const taken = await database.$transaction((transaction) => take(transaction, takings));
  const answers = taken.flatMap((each, at) => (isDone(each) ? [{ ...each, at }] : []));
  const recorded = new Map<number, PromiseSettledResult<void>>();
  for (const campaignId of new Set(answers.map(({ at }) => takings[at].campaignId))) {
    const ofOne = answers.filter(({ at }) => takings[at].campaignId === campaignId);
    const results = ofOne.map(({ at, id, artifact, evaluations: [{ split, images, accuracy, loss, profile }] }) => ({
      ...takings[at],
      model: { artifact: artifact.hash, bytes: artifact.bytes },
      measurement: MeasurementSchema.parse({ split, images, accuracy, loss, profile }),
      answeredBy: id,
    }));
    // What fails for one campaign, or is gone with it, is nothing to the others.
    const outcomes = await recordResults(database, campaignId, results).catch((reason: unknown) =>
      results.map((): PromiseSettledResult<void> => ({ status: 'rejected', reason })),
    );
    ofOne.forEach(({ at }, i) => recorded.set(at, outcomes[i]));
  }
  return Promise.all(
    taken.map(async (each, at): Promise<PromiseSettledResult<TakenUp>> => {
      if (each === null) {
        return { status: 'rejected', reason: new NotFoundError('candidate', takings[at].candidateId) };
      }
      if (typeof each === 'string') return { status: 'fulfilled', value: each };
      const outcome = recorded.get(at);
      if (outcome?.status !== 'rejected') return { status: 'fulfilled', value: 'settled' };
      if (!(outcome.reason instanceof NotFoundError)) return outcome;
      // Deleted meanwhile: another may have done the work, or it is to be done.
      const [again] = await takeUpCandidates(database, [takings[at]]);
      return again;
    }),
  );
}

/** One candidate, as `takeUpCandidates`. */
export async function takeUpCandidate(
  database: Database,
  campaignId: string,
  candidateId: string,
  run?: string,
): Promise<TakenUp> {
  const [outcome] = await takeUpCandidates(database, [{ campaignId, candidateId, run }]);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

/** A candidate whose run stopped where it was goes back to those that are asked for; one that others hold stays theirs. */
export async function releaseCandidate(
  database: Database,
  campaignId: string,
  candidateId: string,
  run: string,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const { count } = await transaction.candidate.updateMany({
      where: { id: candidateId, state: 'running', heldBy: run },
      data: { state: 'asked', heldBy: null },
    });
    if (count > 0) await recordEvent(transaction, campaignId, 'candidate-released', {}, candidateId);
  });
}

/** Of each what it comes to, the one that has done its work, or null when it is not there. */
async function take(
  transaction: Prisma.TransactionClient,
  takings: readonly Taking[],
): Promise<(TakenUp | Done | null)[]> {
  const rows = await transaction.candidate.findMany({
    where: { id: { in: takings.map(({ candidateId }) => candidateId) } },
    select: { id: true, state: true, workHash: true },
  });
  const open = rows.filter(({ state }) => state === 'asked' || state === 'running');
  const others = await sameWork(
    transaction,
    open.flatMap(({ workHash }) => workHash ?? []),
  );
  const toTake: Omit<Taking, 'campaignId'>[] = [];
  /** Works that are begun here, and by whom. */
  const toDo = new Map<string, string>();
  const outcomes = takings.map(({ candidateId, run }): TakenUp | { readonly doneBy: string } | null => {
    const row = rows.find(({ id }) => id === candidateId);
    if (!row) return null;
    if (!open.includes(row)) return 'settled';
    const same = others.filter(({ id, workHash }) => workHash === row.workHash && id !== candidateId);
    const done = same.find(({ state }) => state === 'completed');
    const isTakenHere = toDo.has(row.workHash ?? '') && toDo.get(row.workHash ?? '') !== candidateId;
    const isUnderWay = isTakenHere || same.some(({ state }) => state === 'running');
    if (!done && row.state === 'asked' && isUnderWay) return 'under-way';
    toTake.push({ candidateId, run });
    if (done) return { doneBy: done.id };
    if (row.workHash !== null) toDo.set(row.workHash, candidateId);
    return 'to-do';
  });
  await transaction.$executeRaw`
    UPDATE candidates SET state = 'running', held_by = coalesce(taking.run, candidates.held_by)
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

const isDone = <Of>(outcome: TakenUp | Of | null): outcome is Of => typeof outcome === 'object' && outcome !== null;

/** Candidates that do the same works just now, or have done them by themselves, the first of these first. */
async function sameWork(transaction: Prisma.TransactionClient, workHashes: readonly string[]) {
  if (workHashes.length === 0) return [];
  // Of those that take the same work up at once, one goes first and the others see that it does. In one order, so that none waits
  // for another that waits for it.
  await transaction.$executeRaw`
    SELECT pg_advisory_xact_lock(work) FROM (
      SELECT DISTINCT hashtextextended(hash, 0) AS work FROM unnest(${workHashes}::text[]) AS hash ORDER BY work
    ) AS works`;
  return transaction.candidate.findMany({
    where: {
      workHash: { in: [...workHashes] },
      OR: [
        // A campaign that is over leaves its candidates as they are: nobody is at them.
        { state: 'running', campaign: { state: { in: ['running', 'paused'] } } },
        { state: 'completed', answeredBy: null, artifactHash: { not: null } },
      ],
    },
    select: { id: true, state: true, workHash: true },
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
