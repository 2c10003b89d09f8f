import type { Network } from '../graph/network.js';

/** LeNet-300-100 (LeCun et al. 1998): three dense layers, 266,610 parameters. */
export const lenet300100: Network = {
  name: 'lenet-300-100',
  input: { height: 28, width: 28, channels: 1 },
  classes: 10,
  layers: [
    { kind: 'flatten', name: 'flatten' },
    { kind: 'dense', name: 'fc1', units: 300, activation: 'relu' },
    { kind: 'dense', name: 'fc2', units: 100, activation: 'relu' },
    { kind: 'dense', name: 'fc3', units: 10, activation: 'linear' },
  ],
};
