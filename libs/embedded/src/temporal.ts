import { connect } from 'node:net';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './stack/home.js';
import type { ComponentSpec } from './stack/component.js';
import { StackError } from './stack/stack-error.js';

/** Temporal's server with its web UI, in one process on one SQLite file. */
export function temporalComponent(file: string, port: number, uiPort: number): ComponentSpec {
  const command = temporalBinary();
  return {
    name: 'temporal',
    command,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
      ...['--db-filename', file, '--log-level', 'warn', '--log-format', 'json'],
      // Three times as many activities a second as with SQLite's defaults, and still safe against a
      // killed process.
      ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
      // Campaigns that wait for devices take turns, which hold within one partition of a queue
      // only. Work that waits in others from before an upgrade is still read.
      ...['--dynamic-config-value', 'matching.enableFairness=true'],
      ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
    ],
    // Collecting garbage at five times what is in use instead of at twice takes a sixth less of a
    // core, and 150 MB more.
    env: { GOGC: '400', GOMEMLIMIT: '1GiB' },
    stopSignal: 'SIGTERM',
    isReady: () => accepts(port),
  };
}

/** @throws StackError when setup has not brought it */
export function temporalBinary(): string {
  const binary = process.env.ESPALIER_TEMPORAL ?? join(cacheFolder(), 'temporal', 'bin', 'temporal');
  if (!existsSync(binary)) {
    throw new StackError(
      `Temporal's server is not at ${binary}. Run \`npm run setup\`, or set ESPALIER_TEMPORAL to it.`,
    );
  }
  return binary;
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
