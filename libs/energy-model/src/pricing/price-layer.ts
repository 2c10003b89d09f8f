import type { Accelerator } from '../accelerator.js';
import { checkCapacity } from '../traffic/check-capacity.js';
import { codedSize, type CodedSize } from './compression.js';
import { countTraffic, type LayerTraffic } from '../traffic/count-traffic.js';
import { movementTraffic, type DataMovement } from '../traffic/data-movement.js';
import type { Operand } from '../dimensions.js';
import { energyTerms, placesOf, type EnergyTerm, type Scaling } from './energy-terms.js';
import { layerLatency, type LayerLatency } from './latency.js';
import { checkDensity, checkShape, type LayerDensity, type LayerShape } from '../layer-shape.js';
import type { Mapping } from '../mapping.js';

/** Energy of a layer for a whole batch, in the accelerator's unit. */
export interface LayerEnergy {
  readonly name: string;
  /** MACs of the dense layer, and those left when the chip skips or gates zeros. */
  readonly macs: number;
  readonly macsDone: number;
  readonly computation: number;
  /** By level and network, outermost first. */
  readonly levels: Readonly<Record<string, Readonly<Record<Operand, number>>>>;
  /** Of moving and storing what says where compressed values belong. */
  readonly metadata: number;
  readonly leakage: number;
  readonly total: number;
  readonly latency?: (LayerLatency & { readonly energyDelayProduct: number }) | undefined;
}

/** A layer under a mapping: everything about its price but how many of its values are zero. */
export interface MappedLayer {
  readonly shape: LayerShape | DataMovement;
  readonly mapping: Mapping;
  readonly traffic: LayerTraffic;
  readonly terms: readonly EnergyTerm[];
}

/** @throws EnergyModelError when the shape, the batch or the mapping is not valid */
export function mapLayer(shape: LayerShape, batch: number, accelerator: Accelerator, mapping: Mapping): MappedLayer {
  checkShape(shape, batch);
  checkCapacity(shape, batch, mapping, accelerator);
  const traffic = countTraffic(shape, batch, mapping, accelerator);
  return { shape, mapping, traffic, terms: energyTerms(traffic, accelerator) };
}

/** @throws EnergyModelError when a count or the batch is not valid */
export function mapDataMovement(layer: DataMovement, batch: number, accelerator: Accelerator): MappedLayer {
  const traffic = movementTraffic(layer, batch, accelerator);
  return { shape: layer, mapping: { temporal: {}, spatial: [] }, traffic, terms: energyTerms(traffic, accelerator) };
}

/**
 * Prices a mapped layer: with zeros expected in random places, or exactly where masks were
 * measured.
 *
 * A chip that skips or gates zero operands saves their MACs and the accesses that serve each of
 * these alone. A compressed operand is moved as its code. Zero weights do not by themselves save
 * any movement of partial sums.
 *
 * @throws EnergyModelError when a density is not in [0, 1]
 */
export function priceLayer(layer: MappedLayer, density: LayerDensity, accelerator: Accelerator): LayerEnergy {
  const { shape, traffic, terms } = layer;
  checkDensity(shape.name, density);
  const activity = activityOf(density, accelerator);
  const levels: Record<string, Record<Operand, number>> = {};
  for (const place of placesOf(accelerator.levels)) levels[place] = { weights: 0, inputs: 0, partialSums: 0 };
  let computation = 0;
  let metadata = 0;
  let moved = 0;
  for (const { place, operand, energy, scales } of terms) {
    const left = sizeLeft(scales, density, activity);
    metadata += energy * left.metadata;
    if (place === undefined || operand === undefined) {
      computation += energy * left.data;
    } else {
      levels[place][operand] += energy * left.data;
      moved += energy * left.data;
    }
  }
  // The operations of a layer that only moves data are priced as MACs, but are none.
  const macs = 'operations' in shape ? 0 : traffic.macs;
  const latency = layerLatency(traffic, density, accelerator);
  const leakage = (accelerator.computation.leakagePerCycle ?? 0) * latency.cycles;
  const total = computation + moved + metadata + leakage;
  return {
    name: shape.name,
    macs,
    macsDone: macs * activity,
    computation,
    levels,
    metadata,
    leakage,
    total,
    latency: { ...latency, energyDelayProduct: total * latency.cycles },
  };
}

/** Fraction of the MACs that no zero operand saves. */
export function activityOf(density: LayerDensity, { sparsity }: Accelerator): number {
  const { weights, inputs } = sparsity.zeros;
  if (density.measured && weights !== 'none' && inputs !== 'none') return density.measured.activity;
  return (weights === 'none' ? 1 : density.weights) * (inputs === 'none' ? 1 : density.inputs);
}

function sizeLeft(scales: Scaling, density: LayerDensity, activity: number): CodedSize {
  switch (scales.by) {
    case 'nothing':
      return { data: 1, metadata: 0 };
    case 'activity':
      return { data: activity, metadata: 0 };
    case 'compression':
      return codedSize(
        scales.format,
        density[scales.tensor],
        scales.valueBits,
        scales.indexBits,
        density.measured?.codesPerValue?.[scales.tensor],
      );
  }
}
