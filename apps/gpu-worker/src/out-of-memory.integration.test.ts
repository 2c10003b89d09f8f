import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderArtifactStore } from '@espalier/artifacts';
import type { Network } from '@espalier/networks';
import { encodeCheckpoint, initialWeights } from '@espalier/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrainingJobs } from './training-jobs.js';

/** One wide layer, and what it needs to tell classes apart. 64 images make outputs of 590 MB. */
const WIDE: Network = {
  name: 'wide',
  input: { height: 28, width: 28, channels: 1 },
  classes: 10,
  layers: [
    {
      kind: 'conv2d',
      name: 'conv',
      from: ['input'],
      filters: 4000,
      kernelSize: [5, 5],
      stride: 1,
      padding: 'valid',
      useBias: false,
      activation: 'relu',
    },
    { kind: 'globalAveragePooling2d', name: 'pool', from: ['conv'] },
    { kind: 'dense', name: 'fc', from: ['pool'], units: 10, useBias: true, activation: 'linear' },
  ],
};
const GIGABYTE = 2 ** 30;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-memory-'));
});
afterEach(() => {
  limitMemory(undefined);
  rmSync(folder, { recursive: true });
});

/**
 * Fine-tunes one epoch of 64 images.
 *
 * @param memory bytes beyond what is taken when it begins, after an evaluation that loads the library and the data
 */
async function fineTune(network: Network, memory: number): Promise<string[]> {
  const artifacts = new FolderArtifactStore(folder);
  const dataCache = join(tmpdir(), 'espalier-test-data');
  const jobs = new TrainingJobs({ artifacts, dataCache, threads: { intraOp: 1, interOp: 1 } });
  const start = { network, masks: new Map(), slots: new Map(), epochsDone: 0, stepsIntoEpoch: 0 };
  const pruned = await artifacts.put(encodeCheckpoint({ ...start, weights: initialWeights(network, 1) }));
  const task = { network, data: 'mnist', seed: 1, trainingImages: 256 };
  const phases = new Set<string>();
  const context = {
    signal: new AbortController().signal,
    progress: ({ phase }: { phase: string }) => void phases.add(phase),
  };
  const candidate = '00000000-0000-4000-8000-000000000001';
  await jobs.evaluate({ task, model: pruned, split: 'test' }, context);
  limitMemory(memory);
  await jobs.fineTune({ task, candidate, pruned, epochs: 1, imagesPerEpoch: 64 }, context);
  return [...phases];
}

function limitMemory(more: number | undefined): void {
  const taken = 1024 * Number(/^VmSize:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  const limit = more === undefined ? 'unlimited' : String(Math.round(taken + more));
  execFileSync('prlimit', ['--pid', String(process.pid), `--as=${limit}:`]);
}

describe('a fine-tuning for which there is no memory', () => {
  it('is tried once more with batches half as large', async () => {
    expect(await fineTune(WIDE, 1.6 * GIGABYTE)).toEqual(['train in batches of 32, for want of memory', 'train']);
  });
});
