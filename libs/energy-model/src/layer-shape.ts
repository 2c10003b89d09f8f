/**
 * A layer as the hardware sees it: a seven-dimensional loop nest. Convolutions and fully-connected layers are both
 * written so; the latter with a kernel and an output of 1 × 1.
 *
 * Names follow Chen, Emer, Sze (ISCA 2016), table I, given in brackets. All sizes are whole numbers ≥ 1.
 */
export interface LayerShape {
  readonly name: string;
  /** Independent groups of channels; the two channel counts below are those of one group. */
  readonly groups: number;
  /** [C] */
  readonly inputChannels: number;
  /** [M] */
  readonly outputChannels: number;
  /** [H] with padding */
  readonly inputHeight: number;
  /** [W] with padding */
  readonly inputWidth: number;
  /** [R] */
  readonly kernelHeight: number;
  /** [S] */
  readonly kernelWidth: number;
  /** [E] */
  readonly outputHeight: number;
  /** [F] */
  readonly outputWidth: number;
  /** [U] */
  readonly stride: number;
}

/** What fraction of a layer's values is not zero, each in [0, 1]. */
export interface LayerDensity {
  readonly weights: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** Multiply-accumulates of one layer for `batch` images, zeros included. */
export function macCount(shape: LayerShape, batch: number): number {
  return batch * shape.outputHeight * shape.outputWidth * weightCount(shape);
}

/** Weights of one layer, all groups, without biases. */
export function weightCount(shape: LayerShape): number {
  return shape.groups * shape.outputChannels * shape.inputChannels * shape.kernelHeight * shape.kernelWidth;
}

/** Words of the layer's output for `batch` images. */
export function outputCount(shape: LayerShape, batch: number): number {
  return batch * shape.groups * shape.outputChannels * shape.outputHeight * shape.outputWidth;
}
