import type { Accelerator } from '../accelerator.js';

/**
 * DianNao: 16 × 16 multipliers and adder trees between three buffers, with no memory in the
 * elements.
 */
export const diannao: Accelerator = {
  name: 'diannao',
  source:
    'Chen et al.: DianNao: A Small-Footprint High-Throughput Accelerator for Ubiquitous Machine-Learning, ASPLOS 2014: section 5, table 6; energies in pJ of Horowitz, ISSCC 2014 (45 nm)',
  unit: 'pJ',
  dataflow: 'no-local-reuse',
  bits: { weights: 16, inputs: 16, partialSums: 16, outputs: 16 },
  array: [
    { name: 'channels', size: 16, unrolls: ['inputChannels', 'kernelHeight', 'kernelWidth'] },
    { name: 'filters', size: 16, unrolls: ['outputChannels'] },
  ],
  levels: [
    { name: 'dram', holds: ['weights', 'inputs', 'partialSums'], wordBits: 64, energy: { read: 1300, write: 1300 } },
    {
      name: 'synapseBuffer',
      holds: ['weights'],
      wordBits: 64,
      words: 4096,
      energy: { read: 20, write: 20 },
    },
    {
      name: 'inputBuffer',
      holds: ['inputs'],
      wordBits: 64,
      words: 256,
      energy: { read: 8, write: 8 },
    },
    {
      name: 'outputBuffer',
      holds: ['partialSums'],
      wordBits: 64,
      words: 256,
      energy: { read: 8, write: 8 },
    },
  ],
  computation: { mac: 0.9 },
  clockMegahertz: 980,
  sparsity: { zeros: { weights: 'none', inputs: 'none' }, compression: [] },
};
