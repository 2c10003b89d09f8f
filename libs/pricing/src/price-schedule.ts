import type { CampaignSpec, Cost, PruningSchedule, SparsityProfile } from '@espalier/contracts';
import { patternOf, removesFilters } from '@espalier/contracts/criteria';
import { EnergyModelError, FlatPricer, FlatTimer } from '@espalier/energy-model';
import { pricerFor } from './pricer-cache.js';

type PricedSpec = Pick<CampaignSpec, 'network' | 'accelerator' | 'batch' | 'space'>;

/**
 * What schedules will take on the campaign's chip, before anything is trained: with the weights
 * that they keep, and activations as sparse as the dense network's. Training makes those a little
 * sparser, so that what is measured later differs by some per cent.
 *
 * @returns nothing where the space leaves it to pruning how many weights a layer keeps, or removes
 *   filters: then nothing is known
 */
export function scheduleCosts(
  spec: PricedSpec,
  dense: SparsityProfile,
): Partial<Record<Cost, (schedule: PruningSchedule) => number>> {
  const { allocation = ['layer'], loop } = spec.space;
  if (removesFilters(spec.space) || loop || allocation.some((each) => each !== 'layer')) return {};
  const pricer = pricerFor(spec);
  const timer = new FlatTimer(pricer);
  return {
    energy: ofSchedule(dense, totalOf(pricer)),
    latency: ofSchedule(dense, (densities) => timer.cycles(densities)),
  };
}

/** @param figure of all layers' densities of weights, inputs and outputs, layer by layer */
function ofSchedule(
  dense: SparsityProfile,
  figure: (densities: Float64Array) => number,
): (schedule: PruningSchedule) => number {
  const densities = Float64Array.from(
    dense.layers.flatMap(({ density }) => [density.weights, density.inputs, density.outputs]),
  );
  const places = new Map(dense.layers.map(({ name }, layer) => [name, 3 * layer]));
  return (schedule) => {
    const pattern = patternOf(schedule.criterion);
    const pruned = Float64Array.from(densities);
    for (const [layer, kept] of Object.entries(schedule.density)) {
      const at = places.get(layer);
      if (at !== undefined) pruned[at] *= pattern ? pattern.keep / pattern.of : kept;
    }
    return figure(pruned);
  };
}

/** Totals from flat arrays, where the chip's energy has that form. */
function totalOf(pricer: ReturnType<typeof pricerFor>): (densities: Float64Array) => number {
  try {
    const flat = new FlatPricer(pricer);
    return (densities) => flat.total(densities);
  } catch (error) {
    if (!(error instanceof EnergyModelError)) throw error;
    return (densities) => pricer.price(layersOf(pricer, densities)).total;
  }
}

function layersOf({ shapes }: ReturnType<typeof pricerFor>, densities: Float64Array) {
  return shapes.map((_, layer) => ({
    weights: densities[3 * layer],
    inputs: densities[3 * layer + 1],
    outputs: densities[3 * layer + 2],
  }));
}
