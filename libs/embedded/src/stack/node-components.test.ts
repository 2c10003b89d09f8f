import type { GraphicsCard } from '@espalier/machine/gpus';
import { describe, expect, it } from '@jest/globals';
import { nodeComponents, type NodeComponentOptions } from './node-components.js';
import { portsFrom } from './stack-state.js';

const card = (index: number): GraphicsCard => ({
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
  it('are one for each card, and each sees its own alone', () => {
    expect(workers({ cards: [card(0), card(1)] })).toEqual([
      ['worker', 'GPU-0'],
      ['worker-2', 'GPU-1'],
    ]);
  });

  it('are one for the processor where there is no card', () => {
    expect(workers({ cards: [] })).toEqual([['worker', undefined]]);
  });

  it('share the cards when more are asked for', () => {
    expect(workers({ cards: [card(0), card(1)], workers: 3 }).map(([, uuid]) => uuid)).toEqual([
      'GPU-0',
      'GPU-1',
      'GPU-0',
    ]);
    expect(workers({ cards: [], workers: 2 })).toHaveLength(2);
  });
});
