import { WorkerSchema, type Worker, type WorkerRegistration } from '@espalier/contracts';
import type { Database } from './database.js';

/** A worker says that it is there. */
export async function registerWorker(database: Database, worker: WorkerRegistration): Promise<void> {
  const { id, ...rest } = worker;
  const data = { ...rest, lastSeenAt: new Date() };
  await database.worker.upsert({ where: { id }, create: { id, ...data }, update: data });
}

/** Workers that were heard of within the last minute. */
export async function listWorkers(database: Database): Promise<Worker[]> {
  const rows = await database.worker.findMany({
    where: { lastSeenAt: { gte: new Date(Date.now() - 60_000) } },
    orderBy: { id: 'asc' },
  });
  return rows.map((row) => WorkerSchema.parse({ ...row, lastSeenAt: row.lastSeenAt.toISOString() }));
}
