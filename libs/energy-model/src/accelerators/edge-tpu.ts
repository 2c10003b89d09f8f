import type { Accelerator } from '../accelerator.js';

/** A small inference engine of 1,024 MACs in four dimensions. */
export const edgeTpu: Accelerator = {
  name: 'edge-tpu',
  source:
    'Modelled on edge_tpu_like of ZigZag 3.9 (Mei et al., IEEE Transactions on Computers 70(8), 2021), whose sizes and energies in pJ it takes',
  unit: 'pJ',
  dataflow: 'weight-stationary',
  bits: { weights: 8, inputs: 8, partialSums: 16, outputs: 8 },
  array: [
    { name: 'filters', size: 8, unrolls: ['outputChannels'] },
    { name: 'channels', size: 8, unrolls: ['inputChannels', 'kernelHeight', 'kernelWidth'] },
    { name: 'columns', size: 4, unrolls: ['outputWidth', 'images'] },
    { name: 'rows', size: 4, unrolls: ['outputHeight', 'images'] },
  ],
  levels: [
    {
      name: 'dram',
      holds: ['weights', 'inputs', 'partialSums'],
      wordBits: 64,
      energy: { read: 700, write: 750 },
      bandwidth: { read: 64, write: 64 },
    },
    {
      name: 'activationBuffer',
      holds: ['inputs', 'partialSums'],
      wordBits: 2048,
      words: 8192,
      energy: { read: 416.16, write: 378.4 },
      bandwidth: { read: 2048, write: 2048 },
    },
    {
      name: 'weightBuffer',
      holds: ['weights'],
      wordBits: 512,
      words: 512,
      energy: { read: 22.9, write: 52.01 },
      bandwidth: { read: 512, write: 512 },
    },
    {
      name: 'accumulators',
      holds: ['partialSums'],
      sharedAlong: ['channels'],
      wordBits: 16,
      words: 1,
      energy: { read: 0.02, write: 0.02 },
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
  computation: { mac: 0.04 },
  clockMegahertz: 500,
  sparsity: { zeros: { weights: 'none', inputs: 'none' }, compression: [] },
};
