import type { LayerShape } from '../layer-shape.js';

/** A layer with square inputs, kernels and outputs. */
export const square = (
  name: string,
  groups: number,
  inputChannels: number,
  outputChannels: number,
  input: number,
  kernel: number,
  output: number,
  stride = 1,
): LayerShape => ({
  name,
  groups,
  inputChannels,
  outputChannels,
  inputHeight: input,
  inputWidth: input,
  kernelHeight: kernel,
  kernelWidth: kernel,
  outputHeight: output,
  outputWidth: output,
  stride,
});

export const ALEXNET: readonly LayerShape[] = [
  square('conv1', 2, 3, 48, 227, 11, 55, 4),
  square('conv2', 2, 48, 128, 31, 5, 27),
  square('conv3', 2, 256, 192, 15, 3, 13),
  square('conv4', 2, 192, 192, 15, 3, 13),
  square('conv5', 2, 192, 128, 15, 3, 13),
  square('fc1', 1, 9216, 4096, 1, 1, 1),
  square('fc2', 1, 4096, 4096, 1, 1, 1),
  square('fc3', 1, 4096, 1000, 1, 1, 1),
];
