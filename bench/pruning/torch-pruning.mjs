// Torch-Pruning's own choice of filters, for comparison. It needs a Python with PyTorch:
// `ESPALIER_TORCH_PYTHON`, or Debian's (`apt-get install python3-torch`), since PyPI has no PyTorch
// without CUDA.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeCheckpoint, encodeCheckpoint } from '@espalier/training';

const python = process.env.ESPALIER_TORCH_PYTHON ?? '/usr/bin/python3';
const packages = join(process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier'), 'torch-pruning');
const SCRIPT = fileURLToPath(new URL('prune_with_torch.py', import.meta.url));

/** A ResNet-20 without that share of its filters. */
export function torchPruned({ network, weights }, share) {
  if (!existsSync(packages))
    run(
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--target',
      packages,
      'torch-pruning==1.6.1',
      'safetensors==0.8.0',
    );
  const folder = mkdtempSync(join(tmpdir(), 'espalier-torch-'));
  const [from, to] = ['dense', 'pruned'].map((name) => join(folder, `${name}.safetensors`));
  const nothingElse = { masks: new Map(), slots: new Map(), epochsDone: 0, stepsIntoEpoch: 0 };
  writeFileSync(from, encodeCheckpoint({ network, weights, ...nothingElse }));
  run(SCRIPT, from, String(share), to);
  const pruned = decodeCheckpoint(network, readFileSync(to));
  rmSync(folder, { recursive: true });
  return pruned;
}

function run(...args) {
  const { status, stderr, error } = spawnSync(python, args, {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: packages },
  });
  if (status !== 0) throw new Error(`${python} ${args[0]}: ${error?.message ?? stderr}`);
}
