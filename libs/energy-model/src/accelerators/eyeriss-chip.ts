import type { Accelerator } from '../accelerator.js';

/**
 * The fabricated Eyeriss chip of JSSC 2017: 168 processing elements, with its spads, buses and
 * mappings' limits.
 */
export const eyerissChip: Accelerator = {
  name: 'eyeriss-chip',
  source:
    'Chen, Krishna, Emer, Sze: Eyeriss: An Energy-Efficient Reconfigurable Accelerator for Deep Convolutional Neural Networks, JSSC 52(1), 2017: sections III to V, tables III and V; energies per access of ISCA 2016, table IV',
  unit: 'MAC',
  dataflow: 'row-stationary',
  bits: { weights: 16, inputs: 16, partialSums: 16, outputs: 16 },
  array: [
    { name: 'rows', size: 12 },
    { name: 'columns', size: 14 },
  ],
  levels: [
    { name: 'dram', holds: ['weights', 'inputs', 'partialSums'], wordBits: 16, energy: { read: 200, write: 200 } },
    {
      // 108 kB, of which 8 kB hold filters on their way to the elements.
      name: 'globalBuffer',
      holds: ['inputs', 'partialSums'],
      wordBits: 16,
      words: 51_200,
      energy: { read: 6, write: 6 },
      chargesTransfers: false,
      keepsOverlap: false,
      firstPartialSum: 'read',
      tiles: ['images', 'outputChannels', 'outputWidth'],
    },
    {
      name: 'spads',
      holds: ['weights', 'inputs', 'partialSums'],
      sharedAlong: [],
      wordBits: 16,
      words: { inputs: 12, weights: 224, partialSums: 24 },
      energy: { read: 1, write: 1 },
      chargesTransfers: false,
      doubleBuffered: false,
      network: { name: 'array', energy: 2, bitsPerCycle: { weights: 64, inputs: 16, partialSums: 64 } },
    },
  ],
  computation: { mac: 1 },
  clockMegahertz: 200,
  sparsity: {
    zeros: { weights: 'none', inputs: 'gating' },
    compression: [
      { tensor: 'inputs', level: 'dram', format: 'run-length', indexBits: 5 },
      { tensor: 'outputs', level: 'dram', format: 'run-length', indexBits: 5 },
    ],
  },
};
