import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './process-identity.js';

export interface StackPorts {
  readonly postgres: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly api: number;
}

export const DEFAULT_PORT_BASE = 7830;

export function portsFrom(base: number): StackPorts {
  return { postgres: base, temporal: base + 3, temporalUi: base + 4, api: base + 5 };
}

/**
 * The state of the stack, which the supervisor writes to `stack.json` of its home, complete or not
 * at all.
 */
export interface StackState {
  readonly supervisor: ProcessIdentity;
  readonly ports: StackPorts;
  readonly phase: 'starting' | 'ready' | 'stopping' | 'failed';
  /** The present step, or the reason of a failure. */
  readonly message: string;
  readonly components: Readonly<Record<string, ProcessIdentity & { restarts: number }>>;
}

export function readStackState(home: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(statePath(home), 'utf8')) as StackState;
  } catch (error) {
    // A truncated file counts as absent: its processes are found by their ports.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function writeStackState(home: string, state: StackState): void {
  mkdirSync(home, { recursive: true });
  const partial = `${statePath(home)}.${process.pid}.partial`;
  writeFileSync(partial, JSON.stringify(state, null, 2));
  renameSync(partial, statePath(home));
}

export function removeStackState(home: string): void {
  rmSync(statePath(home), { force: true });
}

const statePath = (home: string): string => join(home, 'stack.json');
