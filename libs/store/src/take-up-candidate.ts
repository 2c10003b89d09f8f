import { MeasurementSchema, type TakenUp } from '@espalier/contracts';
import type { Database } from './database.js';
import { NotFoundError } from './errors.js';
import { recordEvent } from './events.js';
import type { Prisma } from './generated/client.js';
import { recordResult } from './results.js';

/**
 * A workflow run takes a candidate up: from now on it alone may settle it, and what an earlier run still has under way is
 * refused. Where the same work has been done before, in whatever campaign, its result becomes the candidate's.
 *
 * @param run undefined for workflows that began before there was fencing
 * @returns whether it is to be done, is settled, or is being done by another candidate, which is to be waited for
 */
export async function takeUpCandidate(
  database: Database,
  campaignId: string,
  candidateId: string,
  run?: string,
): Promise<TakenUp> {
  const taken = await database.$transaction((transaction) => take(transaction, candidateId, run));
  if (typeof taken === 'string') return taken;
  const { id, artifact, evaluations } = taken;
  const [{ split, images, accuracy, loss, profile }] = evaluations;
  try {
    await recordResult(
      database,
      campaignId,
      candidateId,
      { artifact: artifact.hash, bytes: artifact.bytes },
      MeasurementSchema.parse({ split, images, accuracy, loss, profile }),
      { run, answeredBy: id },
    );
  } catch (error) {
    // Deleted meanwhile: another may have done the work, or it is to be done.
    if (error instanceof NotFoundError) return takeUpCandidate(database, campaignId, candidateId, run);
    throw error;
  }
  return 'settled';
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

async function take(
  transaction: Prisma.TransactionClient,
  id: string,
  run: string | undefined,
): Promise<TakenUp | Done> {
  const { state, workHash } = await transaction.candidate.findUniqueOrThrow({ where: { id } });
  if (state !== 'asked' && state !== 'running') return 'settled';
  const others = workHash === null ? [] : await sameWork(transaction, id, workHash);
  if (state === 'asked' && others.some((other) => other.state === 'running')) return 'under-way';
  await transaction.candidate.update({
    where: { id },
    data: { state: 'running', ...(run !== undefined && { heldBy: run }) },
  });
  const done = others.find((other) => other.state === 'completed');
  return (done && (await findDone(transaction, done.id))) ?? 'to-do';
}

/** Candidates that do the same work just now, or have done it by themselves, the first of these first. */
async function sameWork(transaction: Prisma.TransactionClient, id: string, workHash: string) {
  // Of those that take the same work up at once, one goes first and the others see that it does.
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${workHash}, 0))`;
  return transaction.candidate.findMany({
    where: {
      workHash,
      id: { not: id },
      OR: [
        // A campaign that is over leaves its candidates as they are: nobody is at them.
        { state: 'running', campaign: { state: { in: ['running', 'paused'] } } },
        { state: 'completed', answeredBy: null, artifactHash: { not: null } },
      ],
    },
    select: { id: true, state: true },
    orderBy: { finishedAt: 'asc' },
  });
}

type Done = NonNullable<Awaited<ReturnType<typeof findDone>>>;

async function findDone(transaction: Prisma.TransactionClient, id: string) {
  const done = await transaction.candidate.findUnique({
    where: { id },
    include: { artifact: true, evaluations: { where: { split: 'validation' } } },
  });
  return done?.artifact ? { ...done, artifact: done.artifact } : undefined;
}
