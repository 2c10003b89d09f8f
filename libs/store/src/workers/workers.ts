import { WorkerSchema, type Worker, type WorkerOrders, type WorkerRegistration } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { NotFoundError } from '../database/errors.js';

/**
 * Records a worker's heartbeat.
 *
 * @returns what the worker is to do
 */
export async function registerWorker(database: Database, worker: WorkerRegistration): Promise<WorkerOrders> {
  const { id, ...rest } = worker;
  const data = { ...rest, lastSeenAt: new Date() };
  const { drain } = await database.worker.upsert({ where: { id }, create: { id, ...data }, update: data });
  return { drain };
}

const LISTED_MS = 60_000;
/**
 * Workers send heartbeats every five seconds; after this time Temporal gives their jobs to others.
 */
const SILENT_AFTER_MS = 15_000;

/**
 * Lists workers with a heartbeat in the last minute. Late ones are silent, and busy with nothing.
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
 * Drains a worker: it releases its jobs and takes no more. Repeated calls change nothing.
 *
 * @throws NotFoundError
 */
export async function drainWorker(database: Database, id: string): Promise<void> {
  const { count } = await database.worker.updateMany({ where: { id }, data: { drain: true } });
  if (count === 0) throw new NotFoundError('worker', id, '; `espalier worker list` names those there are');
}
