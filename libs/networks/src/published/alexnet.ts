import type { LayerListInput } from '@espalier/contracts';

/** Krizhevsky, Sutskever, Hinton, NIPS 2012, with the 227 × 227 input of Caffe's version. */
export const alexnet: LayerListInput = {
  name: 'alexnet',
  input: { channels: 3, height: 227, width: 227 },
  layers: [
    { name: 'conv1', kind: 'conv', filters: 96, kernel: 11, stride: 4 },
    { name: 'pool1', kind: 'pool', kernel: 3, stride: 2 },
    { name: 'conv2', kind: 'conv', filters: 256, kernel: 5, padding: 2, groups: 2 },
    { name: 'pool2', kind: 'pool', kernel: 3, stride: 2 },
    { name: 'conv3', kind: 'conv', filters: 384, kernel: 3, padding: 1 },
    { name: 'conv4', kind: 'conv', filters: 384, kernel: 3, padding: 1, groups: 2 },
    { name: 'conv5', kind: 'conv', filters: 256, kernel: 3, padding: 1, groups: 2 },
    { name: 'pool5', kind: 'pool', kernel: 3, stride: 2 },
    { name: 'fc1', kind: 'dense', units: 4096 },
    { name: 'fc2', kind: 'dense', units: 4096 },
    { name: 'fc3', kind: 'dense', units: 1000 },
  ],
};
