import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier');

/** The Python of a virtual environment with these packages, made once. */
export function pythonWith(name, packages) {
  const folder = join(CACHE, name);
  const python = join(folder, 'bin', 'python');
  const done = join(folder, 'done');
  if (existsSync(done)) return python;
  mkdirSync(folder, { recursive: true });
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', folder],
    [python, '-m', 'pip', 'install', '--quiet', ...packages],
  ]) {
    const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  }
  writeFileSync(done, '');
  return python;
}
