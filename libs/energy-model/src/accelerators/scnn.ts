import type { Accelerator } from '../accelerator.js';

/**
 * An SCNN-like chip: inputs stay compressed in 64 elements of 4 × 4 multipliers, and all zeros are
 * skipped.
 */
export const scnn: Accelerator = {
  name: 'scnn',
  source:
    'Parashar et al.: SCNN: An Accelerator for Compressed-sparse Convolutional Neural Networks, ISCA 2017: sections III and IV, table II; its Cartesian product is modelled as 16 outputs a cycle, its contention is not; energies in pJ of Horowitz, ISSCC 2014 (45 nm)',
  unit: 'pJ',
  dataflow: 'input-stationary',
  bits: { weights: 16, inputs: 16, partialSums: 24, outputs: 16 },
  array: [
    { name: 'rows', size: 8, unrolls: ['outputHeight', 'images'] },
    { name: 'columns', size: 8, unrolls: ['outputWidth', 'images'] },
    { name: 'filters', size: 4, unrolls: ['outputChannels'] },
    { name: 'channels', size: 4, unrolls: ['outputWidth', 'outputHeight', 'images'] },
  ],
  levels: [
    { name: 'dram', holds: ['weights', 'inputs', 'partialSums'], wordBits: 64, energy: { read: 1300, write: 1300 } },
    {
      // 10 kB of each element.
      name: 'inputMemory',
      holds: ['inputs'],
      sharedAlong: ['filters', 'channels'],
      wordBits: 64,
      words: 1280,
      energy: { read: 10, write: 10 },
    },
    {
      name: 'accumulators',
      holds: ['partialSums'],
      sharedAlong: ['filters', 'channels'],
      wordBits: 24,
      words: 2048,
      energy: { read: 1.5, write: 1.5 },
    },
    {
      name: 'weightFifo',
      holds: ['weights'],
      sharedAlong: ['filters', 'channels'],
      wordBits: 16,
      words: 250,
      energy: { read: 0.5, write: 0.5 },
    },
  ],
  computation: { mac: 0.9 },
  clockMegahertz: 1000,
  sparsity: {
    zeros: { weights: 'skipping', inputs: 'skipping' },
    compression: [
      { tensor: 'weights', level: 'dram', format: 'run-length', indexBits: 4 },
      { tensor: 'inputs', level: 'dram', format: 'run-length', indexBits: 4 },
      { tensor: 'outputs', level: 'dram', format: 'run-length', indexBits: 4 },
      { tensor: 'inputs', level: 'inputMemory', format: 'run-length', indexBits: 4 },
    ],
  },
};
