import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DataSetError } from './data-set.js';

/**
 * Reads a file of a data set from the cache. A copy that is missing or damaged is made again from where it came.
 *
 * @throws DataSetError when the original is missing or damaged too
 */
export async function cachedFile({
  from,
  to,
  sha256,
}: {
  from: string;
  to: string;
  sha256: string;
}): Promise<Uint8Array> {
  const cached = await readIfWhole(to, sha256);
  if (cached) return cached;
  const original = await readIfWhole(from, sha256);
  if (!original) {
    throw new DataSetError(
      `${from} is missing or damaged (its SHA-256 is not ${sha256}); reinstall it with \`npm ci --ignore-scripts\``,
    );
  }
  await mkdir(dirname(to), { recursive: true });
  const partial = `${to}.${randomUUID()}.partial`;
  await writeFile(partial, original);
  await rename(partial, to);
  return original;
}

async function readIfWhole(path: string, sha256: string): Promise<Uint8Array | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return bytes && createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : undefined;
}
