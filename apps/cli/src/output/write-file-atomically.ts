import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { CommandError } from '../command-error.js';

/**
 * Writes a file, complete or not at all.
 *
 * @returns its path
 * @throws CommandError when it cannot be written
 */
export async function writeFileAtomically(path: string, content: Uint8Array | string): Promise<string> {
  await writing(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, typeof content === 'string' ? content : Buffer.from(content));
  });
  return path;
}

/**
 * Checks, before a long computation, that a file can be written.
 *
 * @throws CommandError when it cannot
 */
export async function checkWritable(path: string): Promise<void> {
  await writing(path, async () => {
    if ((await stat(path).catch(() => null))?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.partial`, '');
    await rm(`${path}.partial`);
  });
}

async function writing(path: string, write: () => Promise<void>): Promise<void> {
  await write().catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new CommandError('invalid', `${path} cannot be written (${code ?? message})`);
  });
}
