import { EnergyModelError } from '../energy-model-error.js';
import type { LayerDensity, LayerShape } from '../layer-shape.js';

/** What fraction of a layer's values is not zero, channel by channel; each in [0, 1]. */
export interface ChannelDensities {
  /** Of the weights and the inputs of each input channel: group after group. */
  readonly weights: readonly number[];
  readonly inputs: readonly number[];
  /** Of each output channel: group after group. */
  readonly outputs: readonly number[];
}

/**
 * Densities that differ by channel. A channel whose weights or inputs are rare does few MACs, so
 * that what is left of them is the mean of the products, not the product of the means.
 *
 * @throws EnergyModelError when a density is not in [0, 1], or their number is not that of the
 *   layer's channels
 */
export function densityByChannel(shape: LayerShape, densities: ChannelDensities): LayerDensity {
  const expected = {
    weights: shape.groups * shape.inputChannels,
    inputs: shape.groups * shape.inputChannels,
    outputs: shape.groups * shape.outputChannels,
  };
  for (const tensor of ['weights', 'inputs', 'outputs'] as const) {
    const given = densities[tensor];
    if (given.length !== expected[tensor]) {
      throw new EnergyModelError(
        `layer ${shape.name}, densities of ${tensor}: ${given.length} given for ${expected[tensor]} channels`,
      );
    }
    const wrong = given.findIndex((value) => !(value >= 0 && value <= 1));
    if (wrong >= 0) {
      throw new EnergyModelError(
        `layer ${shape.name}, density of ${tensor}, channel ${wrong}: ${given[wrong]} is not in [0, 1]`,
      );
    }
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    weights: mean(densities.weights),
    inputs: mean(densities.inputs),
    outputs: mean(densities.outputs),
    measured: { activity: mean(densities.weights.map((weight, channel) => weight * densities.inputs[channel])) },
  };
}
