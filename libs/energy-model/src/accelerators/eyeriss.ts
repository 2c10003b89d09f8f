import type { Accelerator } from '../accelerator.js';

/** Eyeriss as analysed in ISCA 2016 (256 processing elements), with the sparsity handling of the JSSC 2017 chip. */
export const eyeriss: Accelerator = {
  name: 'eyeriss',
  source:
    'Chen, Emer, Sze: Eyeriss: A Spatial Architecture for Energy-Efficient Dataflow for Convolutional Neural Networks, ISCA 2016, table IV and figure 10; sparsity as Yang, Chen, Sze, CVPR 2017 price it: zeros are skipped and moved compressed',
  dataflow: 'row-stationary',
  array: { rows: 16, columns: 16 },
  wordBits: 16,
  globalBuffer: { words: 65_536 },
  registerFile: { words: 256 },
  energy: { mac: 1, registerFile: 1, array: 2, globalBuffer: 6, dram: 200 },
  sparsity: {
    skipsZero: { weights: true, inputs: true },
    compresses: { weights: ['dram', 'array'], inputs: ['dram'], outputs: ['dram'] },
    runLengthBits: 5,
  },
};
