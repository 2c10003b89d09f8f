import type { Accelerator } from '../accelerator.js';

/**
 * A systolic array of 256 × 256 after the first TPU: weights stay, inputs and partial sums stream
 * through.
 */
export const tpu: Accelerator = {
  name: 'tpu',
  source:
    'Jouppi et al.: In-Datacenter Performance Analysis of a Tensor Processing Unit, ISCA 2017: sections 2 and 3; energies in pJ of Horowitz, ISSCC 2014 (45 nm), since the paper gives none',
  unit: 'pJ',
  dataflow: 'weight-stationary',
  bits: { weights: 8, inputs: 8, partialSums: 32, outputs: 8 },
  array: [
    { name: 'rows', size: 256, unrolls: ['inputChannels', 'kernelHeight', 'kernelWidth'] },
    { name: 'columns', size: 256, unrolls: ['outputChannels'] },
  ],
  levels: [
    {
      name: 'dram',
      holds: ['weights', 'inputs', 'partialSums'],
      wordBits: 64,
      energy: { read: 1300, write: 1300 },
      // 34 GB/s at 700 MHz.
      bandwidth: { read: 389, write: 389 },
    },
    {
      name: 'unifiedBuffer',
      holds: ['inputs'],
      wordBits: 64,
      words: 3_145_728,
      energy: { read: 100, write: 100 },
      bandwidth: { read: 2048, write: 2048 },
    },
    {
      // 4,096 accumulators of 32 bits under each column.
      name: 'accumulators',
      holds: ['partialSums'],
      sharedAlong: ['rows'],
      wordBits: 32,
      words: 4096,
      energy: { read: 5, write: 5 },
    },
    {
      name: 'weightRegister',
      holds: ['weights'],
      sharedAlong: [],
      wordBits: 8,
      words: 1,
      energy: { read: 0.01, write: 0.01 },
    },
  ],
  computation: { mac: 0.3 },
  clockMegahertz: 700,
  sparsity: { zeros: { weights: 'none', inputs: 'none' }, compression: [] },
};
