// Chaos by seeds: npm run chaos -- --runs 20 --seed 1. A run that failed is made again by its seed
// and --runs 1.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const USAGE = 'npm run chaos -- [--runs N] [--seed N]   (20 runs from seed 1 if left out)';

function options() {
  try {
    const { values } = parseArgs({
      options: { runs: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
    });
    for (const [name, value] of Object.entries(values)) {
      if (!/^[1-9]\d*$/.test(value)) throw new Error(`--${name}: '${value}' is not a whole number of at least 1`);
    }
    return values;
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    process.exit(2);
  }
}

const { runs, seed } = options();
const root = fileURLToPath(new URL('../..', import.meta.url));
const args = [
  ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
  ...['--selectProjects', 'end-to-end', '--testPathPatterns', 'test/chaos.test.ts'],
];
const { status } = spawnSync(process.execPath, [...args, '-t', 'nothing is lost'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ESPALIER_CHAOS_RUNS: runs, ESPALIER_CHAOS_SEED: seed },
});
process.exitCode = status ?? 1;
