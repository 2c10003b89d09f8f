/**
 * The eight loops of a layer, under which every accelerator and mapping is described. Letters of
 * Chen, Emer, Sze (ISCA 2016), table I, in brackets.
 */
export const DIMENSIONS = [
  /** [G] independent groups of channels */
  'groups',
  /** [N] the batch */
  'images',
  /** [M] filters of a group */
  'outputChannels',
  /** [C] input channels of a group */
  'inputChannels',
  /** [E] */
  'outputHeight',
  /** [F] */
  'outputWidth',
  /** [R] */
  'kernelHeight',
  /** [S] */
  'kernelWidth',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const OPERANDS = ['weights', 'inputs', 'partialSums'] as const;
export type Operand = (typeof OPERANDS)[number];

/**
 * The dimensions over which an operand differs; over the others it is reused. Rows and columns of
 * the inputs follow from an output's and a kernel's position together, so neighbouring outputs
 * share some of them.
 */
export const INDEXED_BY: Readonly<Record<Operand, readonly Dimension[]>> = {
  weights: ['groups', 'outputChannels', 'inputChannels', 'kernelHeight', 'kernelWidth'],
  inputs: ['groups', 'images', 'inputChannels', 'outputHeight', 'outputWidth', 'kernelHeight', 'kernelWidth'],
  partialSums: ['groups', 'images', 'outputChannels', 'outputHeight', 'outputWidth'],
};
