import type { Accelerator, MemoryLevel, Operand } from './accelerator.js';
import { EnergyModelError } from './energy-model-error.js';
import { macCount, type LayerDensity, type LayerShape } from './layer-shape.js';
import { countAccesses, type RowStationaryMapping } from './row-stationary-mapping.js';
import { runLengthRatio } from './run-length.js';

/** Energy of a layer for a whole batch, in the accelerator's unit. */
export interface LayerEnergy {
  readonly name: string;
  /** MACs of the dense layer, and those left when the chip skips zeros. */
  readonly macs: number;
  readonly macsDone: number;
  readonly computation: number;
  readonly levels: Readonly<Record<MemoryLevel, Readonly<Record<Operand, number>>>>;
  readonly total: number;
}

/**
 * Prices one layer under a given mapping, with zeros expected in random places.
 *
 * A chip that skips zero operands saves their MACs and the four register-file accesses of each. A compressed operand is
 * moved as its run-length code. Zero weights do not by themselves save any movement of partial sums.
 *
 * @throws EnergyModelError when a density is not in [0, 1] or the batch is not a whole number ≥ 1
 */
export function priceLayer(
  shape: LayerShape,
  batch: number,
  density: LayerDensity,
  accelerator: Accelerator,
  mapping: RowStationaryMapping,
): LayerEnergy {
  checkInputs(shape, batch, density);
  const { energy, sparsity, wordBits } = accelerator;
  const counts = countAccesses(shape, batch, mapping);
  const macs = macCount(shape, batch);
  const notSkipped =
    (sparsity.skipsZero.weights ? density.weights : 1) * (sparsity.skipsZero.inputs ? density.inputs : 1);

  const moved = (operand: 'weights' | 'inputs' | 'outputs', level: MemoryLevel): number =>
    sparsity.compresses[operand].includes(level)
      ? runLengthRatio(density[operand], wordBits, sparsity.runLengthBits)
      : 1;
  const movement = (level: 'dram' | 'globalBuffer' | 'array'): Record<Operand, number> => ({
    weights: energy[level] * counts[level].weights * moved('weights', level),
    inputs: energy[level] * counts[level].inputs * moved('inputs', level),
    partialSums: energy[level] * counts[level].partialSums * moved('outputs', level),
  });

  const computation = energy.mac * macs * notSkipped;
  const levels = {
    dram: movement('dram'),
    globalBuffer: movement('globalBuffer'),
    array: movement('array'),
    registerFile: {
      weights: energy.registerFile * counts.registerFile.weights * notSkipped,
      inputs: energy.registerFile * counts.registerFile.inputs * notSkipped,
      partialSums: energy.registerFile * counts.registerFile.partialSums * notSkipped,
    },
  };
  let total = computation;
  for (const { weights, inputs, partialSums } of Object.values(levels)) total += weights + inputs + partialSums;
  return { name: shape.name, macs, macsDone: macs * notSkipped, computation, levels, total };
}

function checkInputs(shape: LayerShape, batch: number, density: LayerDensity): void {
  if (!Number.isInteger(batch) || batch < 1) {
    throw new EnergyModelError(`batch: ${batch} is not a whole number of at least 1`);
  }
  for (const [field, value] of Object.entries(shape)) {
    if (field !== 'name' && !(Number.isInteger(value) && value >= 1)) {
      throw new EnergyModelError(`layer ${shape.name}, ${field}: ${value} is not a whole number of at least 1`);
    }
  }
  for (const [operand, value] of Object.entries(density)) {
    if (!(value >= 0 && value <= 1)) {
      throw new EnergyModelError(`layer ${shape.name}, density of ${operand}: ${value} is not in [0, 1]`);
    }
  }
}
