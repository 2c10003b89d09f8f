import type { Accelerator } from '../accelerator.js';

/**
 * A roofline of a mobile processor's core: two vector units of four 32-bit lanes behind two caches.
 */
export const mobileCpu: Accelerator = {
  name: 'mobile-cpu',
  source:
    'A roofline, not a product: sizes of an Arm Cortex-A72 core (48 kB and 1 MB of cache, two 128-bit vector units); energies in pJ of Horowitz, ISSCC 2014 (45 nm): 32-bit floating point, caches, DRAM; instruction fetch is left out',
  unit: 'pJ',
  dataflow: 'free',
  bits: { weights: 32, inputs: 32, partialSums: 32, outputs: 32 },
  array: [{ name: 'lanes', size: 8, unrolls: ['outputChannels', 'outputWidth', 'inputChannels'] }],
  levels: [
    {
      name: 'dram',
      holds: ['weights', 'inputs', 'partialSums'],
      wordBits: 64,
      energy: { read: 1300, write: 1300 },
      // 12.8 GB/s at 1.8 GHz.
      bandwidth: { read: 57, write: 57 },
    },
    {
      name: 'secondLevelCache',
      holds: ['weights', 'inputs', 'partialSums'],
      wordBits: 64,
      words: 131_072,
      energy: { read: 100, write: 100 },
      bandwidth: { read: 128, write: 128 },
    },
    {
      name: 'firstLevelCache',
      holds: ['weights', 'inputs', 'partialSums'],
      wordBits: 64,
      words: 4096,
      energy: { read: 20, write: 20 },
      bandwidth: { read: 256, write: 128 },
    },
    {
      // 32 registers of 128 bits.
      name: 'registers',
      holds: ['weights', 'inputs', 'partialSums'],
      wordBits: 64,
      words: 64,
      energy: { read: 1, write: 1 },
    },
  ],
  computation: { mac: 4.6 },
  clockMegahertz: 1800,
  sparsity: { zeros: { weights: 'none', inputs: 'none' }, compression: [] },
};
