import { DIMENSIONS, type Dimension } from './dimensions.js';
import { EnergyModelError } from './energy-model-error.js';

/**
 * A layer as the hardware sees it. Convolutions and fully-connected layers are both written so; the
 * latter with a kernel and an output of 1 × 1.
 *
 * Names follow Chen, Emer, Sze (ISCA 2016), table I, given in brackets. All sizes are whole numbers
 * ≥ 1.
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
  /** Distance between the inputs of neighbouring kernel positions; 1 if left out. */
  readonly dilation?: number | undefined;
}

/** What fraction of a layer's values is not zero, each in [0, 1]. */
export interface LayerDensity {
  readonly weights: number;
  readonly inputs: number;
  readonly outputs: number;
  /**
   * What is known better than the densities alone tell: counted on real masks, or channel by
   * channel.
   */
  readonly measured?:
    | {
        /** Fraction of the MACs whose operands are both not zero. */
        readonly activity: number;
        /** Run-length codes for each value of a tensor. */
        readonly codesPerValue?: Readonly<Record<'weights' | 'inputs' | 'outputs', number>> | undefined;
      }
    | undefined;
}

/** Size of each dimension of the loop nest, in the order of DIMENSIONS. */
export function loopBounds(shape: LayerShape, batch: number): number[] {
  const sizes: Record<Dimension, number> = { ...shape, images: batch };
  return DIMENSIONS.map((dimension) => sizes[dimension]);
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

/** Images of a batch that can be priced: the mapping search looks at ways to divide them. */
export const MAX_BATCH = 65_536;
/** Of any other size of a layer. */
const LARGEST_SIZE = 1_000_000;

/**
 * @throws EnergyModelError when a size or the batch is not a whole number ≥ 1, or when the outputs
 *   need more input than there is
 */
export function checkShape(shape: LayerShape, batch: number): void {
  const whole = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
  if (!whole(batch) || batch > MAX_BATCH) {
    throw new EnergyModelError(`batch: ${batch} is not a whole number from 1 to ${MAX_BATCH}`);
  }
  for (const field of SIZES) {
    const value = shape[field];
    if (!whole(value) || value > LARGEST_SIZE) {
      throw new EnergyModelError(
        `layer ${shape.name}, ${field}: ${value} is not a whole number from 1 to ${LARGEST_SIZE}`,
      );
    }
  }
  if (!whole(shape.dilation ?? 1)) {
    throw new EnergyModelError(`layer ${shape.name}, dilation: ${shape.dilation} is not a whole number of at least 1`);
  }
  for (const [input, output, kernel] of [
    ['inputHeight', 'outputHeight', 'kernelHeight'],
    ['inputWidth', 'outputWidth', 'kernelWidth'],
  ] as const) {
    const needed = (shape[output] - 1) * shape.stride + (shape[kernel] - 1) * (shape.dilation ?? 1) + 1;
    if (needed > shape[input]) {
      throw new EnergyModelError(
        `layer ${shape.name}, ${input}: ${shape[input]} is too small: ${shape[output]} outputs with a kernel of ` +
          `${shape[kernel]}, stride ${shape.stride} and dilation ${shape.dilation ?? 1} need ${needed}, padding included`,
      );
    }
  }
}

const SIZES = [
  'groups',
  'inputChannels',
  'outputChannels',
  'inputHeight',
  'inputWidth',
  'kernelHeight',
  'kernelWidth',
  'outputHeight',
  'outputWidth',
  'stride',
] as const;

/** @throws EnergyModelError when a density is not in [0, 1] */
export function checkDensity(layer: string, density: LayerDensity): void {
  for (const tensor of ['weights', 'inputs', 'outputs'] as const) {
    const value = density[tensor];
    if (!(value >= 0 && value <= 1)) {
      throw new EnergyModelError(`layer ${layer}, density of ${tensor}: ${value} is not in [0, 1]`);
    }
  }
}
