import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DataSetError } from '../data-set.js';

/**
 * Reads a file of a data set from the cache. A copy that is missing or damaged is made again.
 *
 * @param make gives the content
 * @throws DataSetError when what is made is not what it should be
 */
export async function cachedFile({
  path,
  sha256,
  make,
}: {
  path: string;
  sha256: string;
  make: () => Promise<Uint8Array>;
}): Promise<Uint8Array> {
  const cached = await readIfThere(path);
  if (cached && hashOf(cached) === sha256) return cached;
  const made = await make();
  const hash = hashOf(made);
  if (hash !== sha256) throw new DataSetError(`${path} cannot be made: its SHA-256 would be ${hash}, not ${sha256}`);
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${randomUUID()}.partial`;
  await writeFile(partial, made);
  await rename(partial, path);
  return made;
}

/**
 * As `cachedFile`, from a file that an installed package carries.
 *
 * @throws DataSetError when the original is missing or damaged
 */
export function cachedCopy({ from, to, sha256 }: { from: string; to: string; sha256: string }): Promise<Uint8Array> {
  return cachedFile({
    path: to,
    sha256,
    make: async () => {
      const original = await readIfThere(from);
      if (!original || hashOf(original) !== sha256) {
        throw new DataSetError(
          `${from} is missing or damaged (its SHA-256 is not ${sha256}); reinstall it with \`npm ci --ignore-scripts\``,
        );
      }
      return original;
    },
  });
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
