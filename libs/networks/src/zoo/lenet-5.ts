import type { Network } from '../graph/network.js';

/**
 * LeNet-5 as the pruning literature means it: Caffe's variant with 20 and 50 filters and 500 hidden
 * units, 431,080 parameters (Han et al. 2015, Guo et al. 2016), here with a ReLU after each
 * convolution.
 */
export const lenet5: Network = {
  name: 'lenet-5',
  input: { height: 28, width: 28, channels: 1 },
  classes: 10,
  layers: [
    { kind: 'conv2d', name: 'conv1', filters: 20, kernelSize: [5, 5], stride: 1, padding: 'valid', activation: 'relu' },
    { kind: 'maxPooling2d', name: 'pool1', poolSize: 2, stride: 2 },
    { kind: 'conv2d', name: 'conv2', filters: 50, kernelSize: [5, 5], stride: 1, padding: 'valid', activation: 'relu' },
    { kind: 'maxPooling2d', name: 'pool2', poolSize: 2, stride: 2 },
    { kind: 'flatten', name: 'flatten' },
    { kind: 'dense', name: 'fc1', units: 500, activation: 'relu' },
    { kind: 'dense', name: 'fc2', units: 10, activation: 'linear' },
  ],
};
