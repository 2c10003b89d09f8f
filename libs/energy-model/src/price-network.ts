import type { Accelerator } from './accelerator.js';
import { EnergyModelError } from './energy-model-error.js';
import type { LayerDensity, LayerShape } from './layer-shape.js';
import { priceLayer, type LayerEnergy } from './price-layer.js';
import type { RowStationaryMapping } from './row-stationary-mapping.js';
import { searchMapping } from './search-mapping.js';

export interface NetworkEnergy {
  readonly accelerator: string;
  readonly batch: number;
  readonly layers: readonly LayerEnergy[];
  /** Energy of the whole network for the batch, in the accelerator's unit. */
  readonly total: number;
}

export const DENSE: LayerDensity = { weights: 1, inputs: 1, outputs: 1 };

/**
 * A network's price on a chip. The mapping of each layer is searched once, for the dense layer, so that pricing another
 * candidate of the same network costs a few multiplications a layer.
 */
export class NetworkPricer {
  readonly #mappings: readonly RowStationaryMapping[];

  constructor(
    readonly shapes: readonly LayerShape[],
    readonly batch: number,
    readonly accelerator: Accelerator,
  ) {
    this.#mappings = shapes.map((shape) => searchMapping(shape, batch, accelerator));
  }

  /** @param densities one a layer, in the order of the shapes */
  price(densities: readonly LayerDensity[]): NetworkEnergy {
    if (densities.length !== this.shapes.length) {
      throw new EnergyModelError(`${densities.length} densities for ${this.shapes.length} layers`);
    }
    const layers = this.shapes.map((shape, i) =>
      priceLayer(shape, this.batch, densities[i], this.accelerator, this.#mappings[i]),
    );
    const total = layers.reduce((sum, layer) => sum + layer.total, 0);
    return { accelerator: this.accelerator.name, batch: this.batch, layers, total };
  }

  dense(): NetworkEnergy {
    return this.price(this.shapes.map(() => DENSE));
  }
}
