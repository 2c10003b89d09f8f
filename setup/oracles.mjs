// Installs Keras and ONNX Runtime, the oracles of tests, into the per-user cache, once for each
// list of versions.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { python } from '../libs/machine/src/requirements.mjs';
import { tensorflowWheel } from './tensorflow.mjs';
import { makeFolder, run, say } from './steps.mjs';

const cache = process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier');
const requirements = fileURLToPath(new URL('../test/oracles/requirements.txt', import.meta.url));

/**
 * Installs the oracles' packages; TensorFlow itself is the wheel of set-up.
 *
 * @returns Python's path to them
 */
export function installOracles() {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16);
  const folder = join(cache, `oracles-${hash}`);
  makeFolder(folder, (target) => {
    say('Installing Keras and ONNX Runtime for tests (half a minute, once per user)');
    run('pip install', python, ['-m', 'pip', 'install', '--quiet', '--target', target, '--requirement', requirements]);
  });
  return folder;
}

/** Runs a script of test/oracles. */
export function runOracle(script, args) {
  const path = fileURLToPath(new URL(`../test/oracles/${script}`, import.meta.url));
  return run(script, python, [path, ...args], {
    env: {
      ...process.env,
      PYTHONPATH: [installOracles(), tensorflowWheel(cache)].join(':'),
      TF_CPP_MIN_LOG_LEVEL: '3',
    },
  });
}
