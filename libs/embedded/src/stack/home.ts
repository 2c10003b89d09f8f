import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isOpenToOthers } from '../postgres/postgres-binaries.js';

/** The per-user cache of TensorFlow's and Temporal's files, shared by checkouts. */
export function cacheFolder(): string {
  return process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier');
}

/** The folder of this checkout's stack: databases, artifacts, logs. */
export function homeFolder(): string {
  return resolve(process.env.ESPALIER_HOME ?? fileURLToPath(new URL('../../../../.espalier', import.meta.url)));
}

/**
 * Postgres's folder. It is the stack's own, unless Postgres must run as another user who cannot
 * reach that: then a folder of the system's, named after the stack's.
 */
export function postgresFolder(home: string): { data: string; shared: string } {
  const isRoot = process.getuid?.() === 0;
  const shared = '/var/lib/espalier';
  if (!isRoot || isOpenToOthers(home)) return { data: join(home, 'postgres'), shared: isRoot ? shared : home };
  return { data: join(shared, createHash('sha256').update(home).digest('hex').slice(0, 16), 'postgres'), shared };
}
