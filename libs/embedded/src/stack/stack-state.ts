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
 * What the supervisor says of the stack, in `stack.json` of its home; written as a whole or not at
 * all.
 */
export interface StackState {
  readonly supervisor: ProcessIdentity;
  readonly ports: StackPorts;
  readonly phase: 'starting' | 'ready' | 'stopping' | 'failed';
  /** What it is busy with, or why it failed. */
  readonly message: string;
  readonly components: Readonly<Record<string, ProcessIdentity & { restarts: number }>>;
}

export function readStackState(home: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(statePath(home), 'utf8')) as StackState;
  } catch (error) {
    // A file cut off by a full disk is as good as none: what it named is found by its ports.
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
