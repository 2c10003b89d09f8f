import { spawnSync } from 'node:child_process';
import { listGpus } from '@espalier/machine/gpus';
import { Graph } from '@espalier/tensorflow';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { selfTest, SelfTestError } from './self-test.js';

const onProcessor = { deviceClass: 'cpu', threads: { intraOp: 1, interOp: 1 } } as const;

describe('the self-test of a device', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('passes where the device computes what it should, and leaves no graph open', async () => {
    const before = Graph.open;
    await selfTest(onProcessor);
    expect(Graph.open).toBe(before);
  });

  it('fails where a GPU is to be used and TensorFlow has none', () => {
    const on = listGpus().length > 0 ? { CUDA_VISIBLE_DEVICES: '' } : {};
    const worker = new URL('../../dist/device/self-test.js', import.meta.url);
    const program = `import { selfTest } from '${worker.href}';
      await selfTest({ deviceClass: 'gpu', threads: { intraOp: 1, interOp: 1 } }).catch(({ message }) => console.log(message));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      env: { ...process.env, ...on },
    });
    expect(stdout).toContain('TensorFlow finds no NVIDIA GPU to train on');
  });

  it('fails where the device computes something else', async () => {
    // A broken device is not to be had: its answers are spoilt on their way.
    type Run = (this: Graph, ...args: Parameters<Graph['run']>) => ReturnType<Graph['run']>;
    const run = Object.getOwnPropertyDescriptor(Graph.prototype, 'run')?.value as Run;
    jest.spyOn(Graph.prototype, 'run').mockImplementation(async function (this: Graph, ...args) {
      const answers = await run.apply(this, args);
      for (const answer of answers) if (answer.data instanceof Float32Array) answer.data[0] += 0.5;
      return answers;
    });
    await expect(selfTest(onProcessor)).rejects.toThrow(SelfTestError);
  });
});
