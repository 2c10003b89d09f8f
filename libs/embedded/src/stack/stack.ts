import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, stopProcess } from './process-identity.js';
import { StackError } from './stack-error.js';
import { DEFAULT_PORT_BASE, readStackState, removeStackState, type StackState } from './stack-state.js';

/**
 * Starts the embedded stack unless it runs, and waits until it is ready.
 *
 * @param onPhase called with each step of the start
 * @throws StackError when it cannot start
 */
export async function up(
  home: string,
  portBase: number | undefined,
  onPhase: (message: string) => void = () => undefined,
): Promise<StackState> {
  const running = runningStack(home);
  if (!running) startSupervisor(home, portBase ?? Number(process.env.ESPALIER_PORT_BASE ?? DEFAULT_PORT_BASE));
  let last = '';
  for (const deadline = Date.now() + 180_000; Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const state = readStackState(home);
    if (!state) continue;
    if (state.phase === 'failed') {
      if (!isAlive(state.supervisor)) removeStackState(home);
      else continue;
      throw new StackError(state.message);
    }
    if (!isAlive(state.supervisor)) continue;
    if (state.message !== last) onPhase((last = state.message));
    if (state.phase === 'ready') return state;
  }
  throw new StackError(`the stack does not become ready; see the logs in ${join(home, 'logs')}`);
}

/** Stops the stack; returns false when none was running. */
export async function down(home: string): Promise<boolean> {
  const state = readStackState(home);
  if (!state) return false;
  const wasRunning = isAlive(state.supervisor);
  await stopProcess(state.supervisor, 'SIGTERM', 90_000);
  // The children of a killed supervisor still run.
  const left = readStackState(home);
  for (const [name, identity] of Object.entries(left?.components ?? {}).reverse()) {
    await stopProcess(identity, name === 'postgres' ? 'SIGINT' : 'SIGTERM', 15_000);
  }
  removeStackState(home);
  return wasRunning;
}

/** The stack's state when its supervisor is alive. */
export function runningStack(home: string): StackState | undefined {
  const state = readStackState(home);
  return state && isAlive(state.supervisor) && state.phase !== 'failed' ? state : undefined;
}

function startSupervisor(home: string, portBase: number): void {
  if (!Number.isInteger(portBase) || portBase < 1024 || portBase > 65_500) {
    throw new StackError(`port base ${portBase} is not a whole number from 1024 to 65500`);
  }
  mkdirSync(join(home, 'logs'), { recursive: true });
  const log = openSync(join(home, 'logs', 'supervisor.log'), 'a');
  const main = fileURLToPath(new URL('../../dist/stack/supervisor-main.js', import.meta.url));
  spawn(process.execPath, ['--enable-source-maps', main, home, String(portBase)], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
  }).unref();
  closeSync(log);
}
