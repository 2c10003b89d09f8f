import { WorkerSchema, type Worker, type WorkerOrders, type WorkerRegistration } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { NotFoundError } from '../database/errors.js';

/** A worker says that it is there, and is told what it is asked to do. */
export async function registerWorker(database: Database, worker: WorkerRegistration): Promise<WorkerOrders> {
  const { id, ...rest } = worker;
  const data = { ...rest, lastSeenAt: new Date() };
  const { drain } = await database.worker.upsert({ where: { id }, create: { id, ...data }, update: data });
  return { drain };
}

const LISTED_MS = 60_000;
/** Workers speak every five seconds; after so long Temporal gives what one had to another. */
const SILENT_AFTER_MS = 15_000;

/**
 * Workers that were heard of within the last minute; those that speak no more as silent, and at
 * work on nothing.
 */
export async function listWorkers(database: Database, now = new Date()): Promise<Worker[]> {
  const rows = await database.worker.findMany({
    where: { lastSeenAt: { gte: new Date(now.getTime() - LISTED_MS) } },
    orderBy: { id: 'asc' },
    omit: { drain: true },
  });
  return rows.map((row) => {
    const silentMs = now.getTime() - row.lastSeenAt.getTime();
    const isSilent = silentMs > SILENT_AFTER_MS;
    return WorkerSchema.parse({
      ...row,
      ...(isSilent && { state: 'silent', busy: 0, reason: `not heard of for ${Math.round(silentMs / 1000)} s` }),
      lastSeenAt: row.lastSeenAt.toISOString(),
    });
  });
}

/**
 * Asks a worker to hand back what it trains and to take no more. Asked again, it changes nothing.
 *
 * @throws NotFoundError
 */
export async function drainWorker(database: Database, id: string): Promise<void> {
  const { count } = await database.worker.updateMany({ where: { id }, data: { drain: true } });
  if (count === 0) throw new NotFoundError('worker', id, '; `espalier worker list` names those there are');
}
