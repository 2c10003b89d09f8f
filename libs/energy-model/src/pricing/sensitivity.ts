import type { LayerDensity } from '../layer-shape.js';
import { weightCount } from '../layer-shape.js';
import { priceLayer } from './price-layer.js';
import type { NetworkPricer } from './price-network.js';

export interface LayerSensitivity {
  readonly name: string;
  /**
   * Weights that are there, and energy that goes with the next of them to be removed, per weight.
   */
  readonly weights: number;
  readonly energyPerWeight: number;
  /** Energy that removing a tenth of the layer's weights saves. */
  readonly energyOfTenth: number;
}

/**
 * Ranks layers by the energy that removing one of their weights saves, highest first: where pruning
 * pays. It is measured on the model, by removing a tenth of the weights that are left.
 */
export function sensitivity(pricer: NetworkPricer, densities: readonly LayerDensity[]): LayerSensitivity[] {
  return pricer.layers
    .flatMap((layer, i): LayerSensitivity[] => {
      if ('operations' in layer.shape) return [];
      const now = densities[i];
      const weights = weightCount(layer.shape) * now.weights;
      const fewer = { ...now, weights: 0.9 * now.weights, measured: undefined };
      const energyOfTenth =
        priceLayer(layer, { ...now, measured: undefined }, pricer.accelerator).total -
        priceLayer(layer, fewer, pricer.accelerator).total;
      return [
        {
          name: layer.shape.name,
          weights,
          energyPerWeight: weights > 0 ? energyOfTenth / (0.1 * weights) : 0,
          energyOfTenth,
        },
      ];
    })
    .sort((a, b) => b.energyPerWeight - a.energyPerWeight);
}
