import type { Gpu } from '@espalier/machine/gpus';
import { describe, expect, it } from '@jest/globals';
import { nodeComponents, type NodeComponentOptions } from './node-components.js';
import { portsFrom } from './stack-state.js';

const gpu = (index: number): Gpu => ({
  index: String(index),
  uuid: `GPU-${index}`,
  name: 'NVIDIA H100 80GB HBM3',
  memoryMebibytes: 81_559,
});
const workers = (options: NodeComponentOptions) =>
  nodeComponents('/home', portsFrom(7_000), options)
    .filter(({ name }) => name.startsWith('worker'))
    .map(({ name, env }) => [name, env.CUDA_VISIBLE_DEVICES]);

describe('the workers of a stack', () => {
  it('are one for each GPU, and each sees its own alone', () => {
    expect(workers({ gpus: [gpu(0), gpu(1)] })).toEqual([
      ['worker', 'GPU-0'],
      ['worker-2', 'GPU-1'],
    ]);
  });

  it('are one for the processor where there is no GPU', () => {
    expect(workers({ gpus: [] })).toEqual([['worker', undefined]]);
  });

  it('share the GPUs when more are asked for', () => {
    expect(workers({ gpus: [gpu(0), gpu(1)], workers: 3 }).map(([, uuid]) => uuid)).toEqual([
      'GPU-0',
      'GPU-1',
      'GPU-0',
    ]);
    expect(workers({ gpus: [], workers: 2 })).toHaveLength(2);
  });
});
