import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { ComponentSpec } from '../stack/component.js';
import { reachablePostgres, postgresUser } from './postgres-binaries.js';
import { StackError } from '../stack/stack-error.js';

const USER = 'espalier';
const DATABASE = 'espalier';
const PASSWORD = 'espalier';

export const databaseUrl = (port: number, database = DATABASE): string =>
  `postgresql://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`;

/**
 * Makes a database cluster in `folder` if there is none, complete or not at all, and describes the
 * server to start on it.
 *
 * @param shared folder that other users can reach, for a copy of the binaries
 */
export async function postgresComponent(folder: string, port: number, shared: string): Promise<ComponentSpec> {
  const user = postgresUser();
  const binaries = reachablePostgres(user, shared);
  if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(folder, binaries, user);
  return {
    name: 'postgres',
    command: join(binaries, 'bin', 'postgres'),
    args: [
      '-D',
      folder,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      'max_connections=100',
    ],
    env: {},
    ...(user ? { user } : {}),
    // SIGINT is Postgres's fast shutdown: it ends sessions and leaves a clean cluster; SIGTERM
    // would wait for clients.
    stopSignal: 'SIGINT',
    isReady: () => acceptsConnections(port),
  };
}

/** Creates the database on a running server, once. */
export async function ensureDatabase(port: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(port, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function initialise(
  folder: string,
  binaries: string,
  user: { uid: number; gid: number } | undefined,
): Promise<void> {
  const partial = `${folder}.partial`;
  const passwordFile = `${folder}.password`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(folder), { recursive: true });
  writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  try {
    if (user) {
      chownSync(partial, user.uid, user.gid);
      chownSync(passwordFile, user.uid, user.gid);
    }
    await promisify(execFile)(
      join(binaries, 'bin', 'initdb'),
      [
        '-D',
        partial,
        '-U',
        USER,
        '--pwfile',
        passwordFile,
        '--auth',
        'scram-sha-256',
        '--encoding',
        'UTF8',
        '--locale',
        'C',
      ],
      { ...(user ?? {}), env: { ...process.env, LC_ALL: 'C' }, cwd: '/' },
    );
    renameSync(partial, folder);
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new StackError(
      `Postgres could not make its data folder ${folder}: ${(stderr ?? String(error)).trim().split('\n').at(-1) ?? ''}. ` +
        'Set ESPALIER_HOME to a folder on a disk with room that the user postgres can reach.',
      { cause: error },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function acceptsConnections(port: number): Promise<boolean> {
  const client = new pg.Client({
    connectionString: databaseUrl(port, 'postgres'),
    connectionTimeoutMillis: 2_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
