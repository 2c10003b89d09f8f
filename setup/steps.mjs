// Steps of the set-up: each is announced with its duration, and its output is shown when it fails.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export class SetupError extends Error {}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Runs a command quietly; when it fails, shows the end of what it printed. */
export function run(doing, command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (result.status === 0) return result.stdout;
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`
    .trim()
    .split('\n')
    .slice(-25)
    .join('\n');
  throw new SetupError(`${doing} failed:\n${output}`);
}

/**
 * Makes a folder complete or not at all: `fill` works in a folder beside it, which is then renamed.
 */
export function makeFolder(folder, fill) {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  const partial = mkdtempSync(`${folder}.partial-`);
  try {
    fill(partial);
    renameSync(partial, folder);
  } catch (error) {
    // A concurrent set-up may have made it.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Runs `work` unless it ran for the same `content` before. */
export function whenChanged(stampFile, content, work) {
  const hash = createHash('sha256').update(content).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return;
  work();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, hash);
}

export const read = (...path) => readFileSync(join(...path), 'utf8');
