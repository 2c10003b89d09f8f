import { EnergyModelError } from '../energy-model-error.js';
import type { LayerDensity, LayerShape } from '../layer-shape.js';

/** Which values of a layer are not zero, a byte each: 0 or 1. */
export interface LayerMasks {
  /** [groups, outputChannels, inputChannels, kernelHeight, kernelWidth] */
  readonly weights: Uint8Array;
  /** [images, groups, inputChannels, inputHeight, inputWidth], padding included as zeros */
  readonly inputs: Uint8Array;
  /** [images, groups, outputChannels, outputHeight, outputWidth] */
  readonly outputs: Uint8Array;
}

/**
 * Measures real masks: the densities, the MACs that no zero operand saves, and the run-length codes
 * that each tensor takes in its order in memory. Exact, where densities alone give expected values.
 *
 * @param runBits bits of a run's length
 * @throws EnergyModelError when a mask has another size than its tensor
 */
export function measureMasks(shape: LayerShape, batch: number, masks: LayerMasks, runBits: number): LayerDensity {
  const { groups, outputChannels, inputChannels, kernelHeight, kernelWidth, outputHeight, outputWidth } = shape;
  const { inputHeight, inputWidth, stride, dilation = 1 } = shape;
  const sizes = {
    weights: groups * outputChannels * inputChannels * kernelHeight * kernelWidth,
    inputs: batch * groups * inputChannels * inputHeight * inputWidth,
    outputs: batch * groups * outputChannels * outputHeight * outputWidth,
  };
  for (const tensor of ['weights', 'inputs', 'outputs'] as const) {
    if (masks[tensor].length !== sizes[tensor]) {
      throw new EnergyModelError(
        `layer ${shape.name}, mask of ${tensor}: ${masks[tensor].length} values, the layer has ${sizes[tensor]}`,
      );
    }
  }

  // Each kernel position meets the same inputs for all filters: count the filters that keep it, and
  // those inputs.
  let done = 0;
  for (let group = 0; group < groups; group++) {
    for (let channel = 0; channel < inputChannels; channel++) {
      for (let r = 0; r < kernelHeight; r++) {
        for (let s = 0; s < kernelWidth; s++) {
          let filters = 0;
          for (let filter = 0; filter < outputChannels; filter++) {
            const row = ((group * outputChannels + filter) * inputChannels + channel) * kernelHeight + r;
            filters += masks.weights[row * kernelWidth + s];
          }
          if (filters === 0) continue;
          let inputs = 0;
          for (let image = 0; image < batch; image++) {
            const plane = (image * groups + group) * inputChannels + channel;
            for (let e = 0; e < outputHeight; e++) {
              const row = plane * inputHeight + e * stride + r * dilation;
              for (let f = 0; f < outputWidth; f++)
                inputs += masks.inputs[row * inputWidth + f * stride + s * dilation];
            }
          }
          done += filters * inputs;
        }
      }
    }
  }
  const macs = batch * outputHeight * outputWidth * sizes.weights;
  const density = (mask: Uint8Array): number => mask.reduce((sum, each) => sum + each, 0) / mask.length;
  return {
    weights: density(masks.weights),
    inputs: density(masks.inputs),
    outputs: density(masks.outputs),
    measured: {
      activity: done / macs,
      codesPerValue: {
        weights: runLengthCodes(masks.weights, runBits) / sizes.weights,
        inputs: runLengthCodes(masks.inputs, runBits) / sizes.inputs,
        outputs: runLengthCodes(masks.outputs, runBits) / sizes.outputs,
      },
    },
  };
}

/** Codes of a tensor: each holds up to 2^runBits − 1 zeros and the value after them. */
export function runLengthCodes(mask: Uint8Array, runBits: number): number {
  const longestRun = 2 ** runBits - 1;
  let codes = 0;
  let zeros = 0;
  for (const notZero of mask) {
    if (notZero || zeros === longestRun) {
      codes++;
      zeros = 0;
    } else {
      zeros++;
    }
  }
  return zeros > 0 ? codes + 1 : codes;
}
