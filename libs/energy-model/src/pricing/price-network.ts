import type { Accelerator } from '../accelerator.js';
import type { DataMovement } from '../traffic/data-movement.js';
import { EnergyModelError } from '../energy-model-error.js';
import { checkShape, type LayerDensity, type LayerShape } from '../layer-shape.js';
import { keepOnChip } from '../traffic/keep-on-chip.js';
import { mapDataMovement, mapLayer, priceLayer, type LayerEnergy, type MappedLayer } from './price-layer.js';
import { searchMapping } from '../search/search-mapping.js';

export interface NetworkEnergy {
  readonly accelerator: string;
  /** What all its energies are given in, such as `pJ`. */
  readonly unit: string;
  readonly batch: number;
  readonly layers: readonly LayerEnergy[];
  /** Energy of the whole network for the batch. */
  readonly total: number;
}

export const DENSE: LayerDensity = { weights: 1, inputs: 1, outputs: 1 };

/** Where a layer's mapping comes from: the search, or a cache before it. */
export type MappingSearch = typeof searchMapping;

/**
 * A network's price on a chip. The mapping of each layer is searched once, for the dense layer, so
 * that pricing another candidate of the same network costs a few multiplications a layer.
 *
 * Where `sources` say which layers each takes its inputs from, tensors that fit stay on the chip
 * between them.
 *
 * @throws EnergyModelError when a shape or the batch is not valid, or the chip cannot run a layer
 */
export class NetworkPricer {
  readonly layers: readonly MappedLayer[];

  constructor(
    readonly shapes: readonly (LayerShape | DataMovement)[],
    readonly batch: number,
    readonly accelerator: Accelerator,
    search: MappingSearch = searchMapping,
    sources?: readonly (readonly number[])[],
  ) {
    const mapped = new Map<string, MappedLayer>();
    const layers = shapes.map((shape): MappedLayer => {
      if ('operations' in shape) return mapDataMovement(shape, batch, accelerator);
      checkShape(shape, batch);
      const key = JSON.stringify({ ...shape, name: '' });
      let layer = mapped.get(key);
      if (!layer) {
        layer = mapLayer(shape, batch, accelerator, search(shape, batch, accelerator));
        mapped.set(key, layer);
      }
      return { ...layer, shape };
    });
    this.layers = sources ? keepOnChip(layers, sources, batch, accelerator) : layers;
  }

  /** @param densities one a layer, in the order of the shapes */
  price(densities: readonly LayerDensity[]): NetworkEnergy {
    if (densities.length !== this.shapes.length) {
      throw new EnergyModelError(`${densities.length} densities for ${this.shapes.length} layers`);
    }
    const layers = this.layers.map((layer, i) => priceLayer(layer, densities[i], this.accelerator));
    const total = layers.reduce((sum, layer) => sum + layer.total, 0);
    const { name, unit } = this.accelerator;
    return { accelerator: name, unit, batch: this.batch, layers, total };
  }

  dense(): NetworkEnergy {
    return this.price(this.shapes.map(() => DENSE));
  }
}
