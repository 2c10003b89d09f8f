import { WorkerSchema, type Worker, type WorkerOrders, type WorkerRegistration } from '@espalier/contracts';
import type { Database } from './database.js';
import { NotFoundError } from './errors.js';

/** A worker says that it is there, and is told what it is asked to do. */
export async function registerWorker(database: Database, worker: WorkerRegistration): Promise<WorkerOrders> {
  const { id, ...rest } = worker;
  const data = { ...rest, lastSeenAt: new Date() };
  const { drain } = await database.worker.upsert({ where: { id }, create: { id, ...data }, update: data });
  return { drain };
}

/** Workers that were heard of within the last minute. */
export async function listWorkers(database: Database): Promise<Worker[]> {
  const rows = await database.worker.findMany({
    where: { lastSeenAt: { gte: new Date(Date.now() - 60_000) } },
    orderBy: { id: 'asc' },
    omit: { drain: true },
  });
  return rows.map((row) => WorkerSchema.parse({ ...row, lastSeenAt: row.lastSeenAt.toISOString() }));
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
