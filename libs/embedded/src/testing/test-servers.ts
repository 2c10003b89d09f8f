export { isAlive, stopProcess } from '../stack/process-identity.js';
export { Supervisor } from '../stack/supervisor.js';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@espalier/store/migrate';
import { databaseUrl, ensureDatabase, postgresComponent } from '../postgres/postgres.js';
import { identify, stopProcess } from '../stack/process-identity.js';
import { accepts, temporalBinary } from '../temporal.js';

/** A Postgres of its own for a test file, migrated; `stop` ends it and removes its data. */
export async function startTestPostgres(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-postgres-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const { command, args, user, isReady } = await postgresComponent(join(folder, 'data'), port, folder);
  const server = spawn(command, args, { ...(user ?? {}), stdio: 'ignore', cwd: '/' });
  for (const deadline = Date.now() + 30_000; !(await isReady());) {
    if (Date.now() > deadline) throw new Error('the test Postgres does not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await ensureDatabase(port);
  await migrate(databaseUrl(port));
  return {
    url: databaseUrl(port),
    stop: async () => {
      await stopProcess(identify(server.pid ?? 0), 'SIGINT', 10_000);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A Temporal of its own for a test file, in memory; `stop` ends it. */
export async function startTestTemporal(): Promise<{ address: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--headless',
    '--log-level',
    'never',
  ];
  const server = spawn(temporalBinary(), args, { stdio: 'ignore' });
  for (const deadline = Date.now() + 30_000; !(await accepts(port));) {
    if (Date.now() > deadline) throw new Error('the test Temporal does not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    address: `127.0.0.1:${port}`,
    stop: () => stopProcess(identify(server.pid ?? 0), 'SIGTERM', 10_000),
  };
}

/** A free port. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts the API on a Postgres of its own, without Temporal: enough for what workers write.
 *
 * @param program the API's compiled entry file; this library knows no app
 */
export async function startTestApi(
  program: URL,
): Promise<{ url: string; databaseUrl: string; stop: () => Promise<void> }> {
  const postgres = await startTestPostgres();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    DATABASE_URL: postgres.url,
    ESPALIER_ARTIFACTS: tmpdir(),
    ESPALIER_API_PORT: String(port),
    LOG_LEVEL: 'error',
  };
  const server = spawn(process.execPath, [program.pathname], { env, stdio: 'ignore' });
  const answers = (): Promise<boolean> =>
    fetch(`${url}/v1/workers`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (const deadline = Date.now() + 60_000; !(await answers());) {
    if (Date.now() > deadline) throw new Error('the test API does not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    databaseUrl: postgres.url,
    stop: async () => {
      await stopProcess(identify(server.pid ?? 0), 'SIGTERM', 10_000);
      await postgres.stop();
    },
  };
}
