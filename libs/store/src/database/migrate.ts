import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';

const PRISMA_FOLDER = fileURLToPath(new URL('../../../../prisma', import.meta.url));
const NO_FILTERS = { externalTables: [], externalEnums: [] };

/**
 * Applies what is missing of `prisma/migrations`, in order, and writes `_prisma_migrations` as
 * `prisma migrate deploy` does: either may follow the other. This one needs no download, since the
 * engine is a WebAssembly file of an npm package.
 *
 * @returns the names of the migrations applied now
 */
export async function migrate(connectionString: string): Promise<string[]> {
  const engine = await openEngine(connectionString);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await migrationsList(),
      filters: NO_FILTERS,
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
  }
}

/**
 * The SQL that makes an empty database what `schema.prisma` says: what the migrations together must
 * come to.
 */
export async function schemaSql(connectionString: string): Promise<string> {
  const engine = await openEngine(connectionString);
  const path = join(PRISMA_FOLDER, 'schema.prisma');
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path, content: await readFile(path, 'utf8') }] },
      script: true,
      exitCode: null,
      filters: NO_FILTERS,
    });
    return stdout ?? '';
  } finally {
    engine.free();
  }
}

/** The package's own loader imports the .wasm file as a module, which Node does not do. */
interface Glue {
  __wbg_set_wasm(wasm: WebAssembly.Exports): void;
  SchemaEngine: typeof SchemaEngine;
}

let loading: Promise<Glue> | undefined;

/**
 * The glue holds one WebAssembly instance for the whole process: a second one would write into the
 * first one's memory.
 */
async function loadGlue(): Promise<Glue> {
  const glueUrl = import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const glue = (await import(glueUrl)) as Glue;
  const bytes = await readFile(new URL('schema_engine_bg.wasm', glueUrl));
  const { instance } = await WebAssembly.instantiate(bytes, {
    './schema_engine_bg.js': glue as unknown as WebAssembly.ModuleImports,
  });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return glue;
}

async function openEngine(connectionString: string): Promise<SchemaEngine> {
  loading ??= loadGlue();
  const glue = await loading;
  const path = join(PRISMA_FOLDER, 'schema.prisma');
  return glue.SchemaEngine.new(
    { datamodels: [[path, await readFile(path, 'utf8')]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString })),
  );
}

async function migrationsList(): Promise<MigrationList> {
  const baseDir = join(PRISMA_FOLDER, 'migrations');
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: await readFile(join(baseDir, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await readFile(join(baseDir, name, 'migration.sql'), 'utf8') },
        },
      })),
    ),
  };
}
