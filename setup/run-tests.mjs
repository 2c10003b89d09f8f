// Runs all tests and checks, the fast ones first. The last line is the count of passed and failed,
// alone.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOracles } from './oracles.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const results = mkdtempSync(join(tmpdir(), 'espalier-results-'));
/** Jest runs ECMAScript modules by a flag; its workers inherit it. */
const FOR_JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
let passed = 0;
let failed = 0;

function step(name, command, args) {
  process.stderr.write(`\n── ${name}\n`);
  const { status } = spawnSync(process.execPath, [...FOR_JEST, join(root, 'node_modules', command), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  return status === 0;
}

/** Runs a check that is no test; it counts as one. */
function check(name, command, args) {
  if (step(name, command, args)) passed++;
  else failed++;
}

/** @param coverage whether to hold the floors of jest.config.mjs */
function tests(project, { coverage = false } = {}) {
  const file = join(results, `${project}.json`);
  const ok = step(`tests: ${project}`, 'jest/bin/jest.js', [
    ...['--selectProjects', project, '--ci', '--json', `--outputFile=${file}`],
    ...(coverage ? ['--coverage'] : []),
  ]);
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'));
    passed += numPassedTests;
    // A file that does not load, an error outside a test, or coverage below its floor fails the run
    // without failing a test.
    failed += numFailedTests > 0 || ok ? numFailedTests : 1;
  } catch {
    failed++;
  }
}

tests('unit', { coverage: true });
check('eslint', 'eslint/bin/eslint.js', ['.']);
check('types of tests and benches', 'typescript/bin/tsc', ['-p', 'tsconfig.eslint.json', '--noEmit']);
check('prettier', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
installOracles();
tests('integration');
tests('end-to-end');

rmSync(results, { recursive: true, force: true });
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
