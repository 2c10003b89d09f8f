import type { Accelerator } from '../accelerator.js';

/** Eyeriss v2: 16 clusters of 12 elements that work on compressed operands. */
export const eyerissV2: Accelerator = {
  name: 'eyeriss-v2',
  source:
    'Chen, Yang, Emer, Sze: Eyeriss v2: A Flexible Accelerator for Emerging Deep Neural Networks on Mobile Devices, JETCAS 9(2), 2019: sections III and IV, table III; energies per access of ISCA 2016, table IV, since the paper gives none',
  unit: 'MAC',
  dataflow: 'row-stationary',
  bits: { weights: 8, inputs: 8, partialSums: 20, outputs: 8 },
  // 8 × 2 clusters of 3 × 4 elements.
  array: [
    { name: 'rows', size: 24, unrolls: ['kernelHeight', 'groups', 'outputChannels', 'inputChannels', 'outputHeight'] },
    { name: 'columns', size: 8, unrolls: ['outputHeight', 'groups', 'outputChannels', 'inputChannels'] },
  ],
  levels: [
    { name: 'dram', holds: ['weights', 'inputs', 'partialSums'], wordBits: 16, energy: { read: 200, write: 200 } },
    {
      name: 'globalBuffer',
      holds: ['inputs', 'partialSums'],
      wordBits: 16,
      words: 98_304,
      energy: { read: 6, write: 6 },
      chargesTransfers: false,
      keepsOverlap: false,
    },
    {
      name: 'spads',
      holds: ['weights', 'inputs', 'partialSums'],
      sharedAlong: [],
      wordBits: 16,
      words: { inputs: 8, weights: 96, partialSums: 40 },
      energy: { read: 1, write: 1 },
      chargesTransfers: false,
      network: { name: 'mesh', energy: 2 },
    },
  ],
  computation: { mac: 1, scaling: 'product', bits: 16 },
  clockMegahertz: 200,
  sparsity: {
    zeros: { weights: 'skipping', inputs: 'skipping' },
    // Compressed sparse columns: 4-bit counts of zeros beside 8-bit values.
    compression: [
      { tensor: 'weights', level: 'dram', format: 'run-length', indexBits: 4 },
      { tensor: 'weights', level: 'mesh', format: 'run-length', indexBits: 4 },
      { tensor: 'inputs', level: 'dram', format: 'run-length', indexBits: 4 },
      { tensor: 'inputs', level: 'globalBuffer', format: 'run-length', indexBits: 4 },
      { tensor: 'inputs', level: 'mesh', format: 'run-length', indexBits: 4 },
      { tensor: 'outputs', level: 'dram', format: 'run-length', indexBits: 4 },
    ],
  },
};
