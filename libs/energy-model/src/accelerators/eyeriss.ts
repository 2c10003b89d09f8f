import type { Accelerator } from '../accelerator.js';

/**
 * Eyeriss as analysed in ISCA 2016 (256 processing elements), with the sparsity handling of the
 * JSSC 2017 chip.
 */
export const eyeriss: Accelerator = {
  name: 'eyeriss',
  source:
    'Chen, Emer, Sze: Eyeriss: A Spatial Architecture for Energy-Efficient Dataflow for Convolutional Neural Networks, ISCA 2016, table IV and figure 10; sparsity as Yang, Chen, Sze, CVPR 2017 price it: zeros are skipped and moved compressed',
  unit: 'MAC',
  dataflow: 'row-stationary',
  bits: { weights: 16, inputs: 16, partialSums: 16, outputs: 16 },
  array: [
    { name: 'rows', size: 16 },
    { name: 'columns', size: 16 },
  ],
  levels: [
    { name: 'dram', holds: ['weights', 'inputs', 'partialSums'], wordBits: 16, energy: { read: 200, write: 200 } },
    {
      name: 'globalBuffer',
      holds: ['inputs', 'partialSums'],
      wordBits: 16,
      words: 65_536,
      energy: { read: 6, write: 6 },
      chargesTransfers: false,
      keepsOverlap: false,
      // It holds partial sums until all channels are added, and the inputs of one pass, which works
      // on as many output rows as there are on the array.
      tiles: ['images', 'outputChannels', 'outputWidth'],
    },
    {
      name: 'registerFile',
      holds: ['weights', 'inputs', 'partialSums'],
      sharedAlong: [],
      wordBits: 16,
      words: 256,
      energy: { read: 1, write: 1 },
      chargesTransfers: false,
      network: { name: 'array', energy: 2 },
    },
  ],
  computation: { mac: 1 },
  sparsity: {
    zeros: { weights: 'skipping', inputs: 'skipping' },
    compression: [
      { tensor: 'weights', level: 'dram', format: 'run-length', indexBits: 5 },
      { tensor: 'weights', level: 'array', format: 'run-length', indexBits: 5 },
      { tensor: 'inputs', level: 'dram', format: 'run-length', indexBits: 5 },
      { tensor: 'outputs', level: 'dram', format: 'run-length', indexBits: 5 },
    ],
  },
};
