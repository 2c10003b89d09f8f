import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ArtifactCorruptError, ArtifactDiskError, ArtifactMissingError, type ArtifactStore } from './artifact-store.js';

const HASH = /^[0-9a-f]{64}$/;
const HOST = hostname().replaceAll('.', '-');
/** The name of a partial file: its artifact, and the process and machine that write it. */
const PARTIAL = /\.([^./]+)\.(\d+)\.[^./]+\.partial$/;

/** Artifacts as files `objects/<first two>/<hash>` of a folder. */
export class FolderArtifactStore implements ArtifactStore {
  constructor(readonly folder: string) {}

  async put(bytes: Uint8Array): Promise<string> {
    const hash = sha256(bytes);
    const path = this.#objectPath(hash);
    const present = await readFile(path).catch(ignoreMissing);
    if (!present || sha256(present) !== hash) await writeDurably(path, bytes);
    // The caller needs the artifact: it counts as written now.
    else await utimes(path, new Date(), new Date()).catch(ignoreMissing);
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    if (!HASH.test(hash)) throw new ArtifactMissingError(`'${hash}' is not the name of an artifact`);
    const path = this.#objectPath(hash);
    const bytes = await readFile(path).catch(ignoreMissing);
    if (!bytes) throw new ArtifactMissingError(`artifact ${hash} is not in ${this.folder}`);
    if (sha256(bytes) !== hash) {
      await rename(path, `${path}.corrupt`).catch(ignoreMissing);
      throw new ArtifactCorruptError(`artifact ${hash} in ${this.folder} is damaged: its content has another hash`);
    }
    return bytes;
  }

  async remove(hash: string): Promise<void> {
    if (HASH.test(hash)) await rm(this.#objectPath(hash), { force: true });
  }

  async writtenBefore(time: Date): Promise<{ hash: string; bytes: number }[]> {
    const objects = join(this.folder, 'objects');
    const old: { hash: string; bytes: number }[] = [];
    for (const entry of (await readdir(objects, { recursive: true }).catch(ignoreMissing)) ?? []) {
      const hash = basename(entry);
      if (!HASH.test(hash)) continue;
      const found = await stat(join(objects, entry)).catch(ignoreMissing);
      if (found && found.mtime < time) old.push({ hash, bytes: found.size });
    }
    return old;
  }

  /** Removes partial files of dead processes of this machine; other machines may still write. */
  async removeHalfWritten(): Promise<void> {
    const objects = join(this.folder, 'objects');
    for (const entry of (await readdir(objects, { recursive: true }).catch(ignoreMissing)) ?? []) {
      const [, host, pid] = PARTIAL.exec(entry) ?? [];
      if (host === HOST && !isRunning(Number(pid))) await rm(join(objects, entry), { force: true });
    }
  }

  #objectPath(hash: string): string {
    return join(this.folder, 'objects', hash.slice(0, 2), hash);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

/** Writes to a partial file, flushes and renames, so that readers find all of it or nothing. */
async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.${HOST}.${process.pid}.${randomUUID()}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(partial, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    // The rename itself is on disk only when its folder is.
    const folder = await open(dirname(path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS' || code === 'EACCES') {
      throw new ArtifactDiskError(
        `${dirname(path)} cannot be written (${code}): free some space there or set ESPALIER_HOME to another disk`,
        { cause: error },
      );
    }
    throw error;
  }
}
