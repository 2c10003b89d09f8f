import type { Accelerator } from './accelerator.js';
import { EnergyModelError } from './energy-model-error.js';
import type { LayerShape } from './layer-shape.js';
import {
  countAccesses,
  fits,
  fitsRegisterFile,
  setsOnArray,
  type AccessCounts,
  type RowStationaryMapping,
} from './row-stationary-mapping.js';

/**
 * Finds the mapping that moves a dense layer with the least energy. Tile sizes are tried at each number of tiles: for a
 * given number, the smallest tile that needs no more of them loses nothing.
 *
 * @throws EnergyModelError when the chip's memories are too small for any mapping of the layer
 */
export function searchMapping(shape: LayerShape, batch: number, accelerator: Accelerator): RowStationaryMapping {
  let best: RowStationaryMapping | undefined;
  let leastEnergy = Infinity;
  const inElement = elementSharings(shape, accelerator);
  for (const tileOutputRows of tileSizes(shape.outputHeight)) {
    const onArray = setSharings(shape, setsOnArray(shape, tileOutputRows, accelerator));
    for (const tileImages of tileSizes(batch)) {
      for (const tileFilters of tileSizes(shape.outputChannels)) {
        const partialSums = tileImages * tileFilters * tileOutputRows * shape.outputWidth;
        if (partialSums > accelerator.globalBuffer.words) continue;
        // DRAM traffic follows from the tile alone: a tile that loses by it is not looked into.
        const tile = { ...ONE_OF_EACH, tileImages, tileFilters, tileOutputRows };
        if (dramEnergy(countAccesses(shape, batch, tile), accelerator) >= leastEnergy) continue;
        for (const { filters, channels } of inElement) {
          for (const { filterSets, channelSets } of onArray) {
            const mapping: RowStationaryMapping = {
              tileImages,
              tileFilters,
              tileOutputRows,
              filtersPerElement: filters,
              channelsPerElement: channels,
              filterSets,
              channelSets,
            };
            if (!fits(shape, mapping, accelerator)) continue;
            const energy = movementEnergy(countAccesses(shape, batch, mapping), accelerator);
            if (energy < leastEnergy) {
              leastEnergy = energy;
              best = mapping;
            }
          }
        }
      }
    }
  }
  if (!best) {
    throw new EnergyModelError(
      `${accelerator.name} has no mapping for layer ${shape.name}: its global buffer (${accelerator.globalBuffer.words} words) ` +
        `or its register file is too small for one output row of ${shape.outputWidth} and a kernel row of ${shape.kernelWidth}`,
    );
  }
  return best;
}

const ONE_OF_EACH = { filtersPerElement: 1, channelsPerElement: 1, filterSets: 1, channelSets: 1 };

function dramEnergy({ dram }: AccessCounts, { energy }: Accelerator): number {
  return energy.dram * (dram.weights + dram.inputs + dram.partialSums);
}

function movementEnergy(counts: AccessCounts, accelerator: Accelerator): number {
  const { energy } = accelerator;
  const { globalBuffer, array } = counts;
  return (
    dramEnergy(counts, accelerator) +
    energy.globalBuffer * (globalBuffer.inputs + globalBuffer.partialSums) +
    energy.array * (array.weights + array.inputs + array.partialSums)
  );
}

/** The smallest tile for each number of tiles: ⌈size/1⌉, ⌈size/2⌉, … without repetition. */
function tileSizes(size: number): number[] {
  const sizes = new Set<number>();
  for (let tiles = 1; tiles <= size; tiles++) sizes.add(Math.ceil(size / tiles));
  return [...sizes];
}

/** Ways for filters [p] and channels [q] to share an element: for each p, only the largest q is worth trying. */
function elementSharings(shape: LayerShape, accelerator: Accelerator): { filters: number; channels: number }[] {
  const sharings = [];
  for (const filters of tileSizes(shape.outputChannels)) {
    let channels = 0;
    while (channels < shape.inputChannels && fitsRegisterFile(shape.kernelWidth, filters, channels + 1, accelerator)) {
      channels++;
    }
    if (channels > 0) sharings.push({ filters, channels });
  }
  return sharings;
}

/** Ways to give the array's sets to filters [t] and to channels [r]: for each t, as many r as there is room for. */
function setSharings(shape: LayerShape, sets: number): { filterSets: number; channelSets: number }[] {
  const sharings = [];
  for (const filterSets of tileSizes(Math.min(sets, shape.outputChannels))) {
    const channelSets = Math.min(Math.floor(sets / filterSets), shape.inputChannels);
    sharings.push({ filterSets, channelSets });
  }
  return sharings;
}
