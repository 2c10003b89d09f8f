import type { Accelerator } from './accelerator.js';
import type { LayerShape } from './layer-shape.js';

/**
 * How one group of a layer is cut up for the row-stationary dataflow. Letters in brackets are those of the Eyeriss papers.
 *
 * The global buffer holds the partial sums of a tile of images × filters × output rows until all input channels have been
 * added, and the inputs of one pass. A pass streams the tile's images through weights that stay in the register files:
 * a set of kernelHeight × columns processing elements does one two-dimensional convolution.
 */
export interface RowStationaryMapping {
  /** Images whose partial sums are in the buffer together. */
  readonly tileImages: number;
  /** Filters whose partial sums are in the buffer together. */
  readonly tileFilters: number;
  /** [e] Output rows whose partial sums are in the buffer together. */
  readonly tileOutputRows: number;
  /** [p] Filters, and [q] input channels, that share one processing element. */
  readonly filtersPerElement: number;
  readonly channelsPerElement: number;
  /** [t] Sets that work on different filters, and [r] sets that work on different channels, at the same time. */
  readonly filterSets: number;
  readonly channelSets: number;
}

/** Words that move, for a dense layer of all groups and a whole batch. */
export interface AccessCounts {
  readonly dram: OperandWords;
  readonly globalBuffer: OperandWords;
  readonly array: OperandWords;
  readonly registerFile: OperandWords;
}
export interface OperandWords {
  readonly weights: number;
  readonly inputs: number;
  readonly partialSums: number;
}

/** Counts what moves at each level when `shape` is run on `batch` images under `mapping`, were nothing zero. */
export function countAccesses(shape: LayerShape, batch: number, mapping: RowStationaryMapping): AccessCounts {
  const { groups, inputChannels, outputChannels, kernelHeight, outputHeight, outputWidth, inputWidth } = shape;
  const { tileImages, tileFilters, tileOutputRows } = mapping;
  const macs =
    batch * groups * outputChannels * inputChannels * kernelHeight * shape.kernelWidth * outputHeight * outputWidth;
  const weights = groups * outputChannels * inputChannels * kernelHeight * shape.kernelWidth;
  const outputs = batch * groups * outputChannels * outputHeight * outputWidth;

  const strips = Math.ceil(outputHeight / tileOutputRows);
  const imageTiles = Math.ceil(batch / tileImages);
  const filterTiles = Math.ceil(outputChannels / tileFilters);
  const channelPasses = Math.ceil(inputChannels / (mapping.channelsPerElement * mapping.channelSets));
  const filterPassesPerTile = Math.ceil(tileFilters / (mapping.filtersPerElement * mapping.filterSets));

  // A strip needs the kernel's overlap with its neighbour again, so inputs are counted strip by strip.
  const inputsOnce = batch * groups * inputChannels * inputRowsOfStrips(shape, tileOutputRows) * inputWidth;
  const weightLoads = weights * imageTiles * strips;
  const inputRowDeliveries = batch * groups * inputChannels * outputHeight * kernelHeight * inputWidth;

  return {
    dram: {
      weights: weightLoads,
      inputs: inputsOnce * filterTiles,
      partialSums: outputs,
    },
    // Weights go straight to the register files. Each pass reads a partial sum and writes it back
    // (Chen et al., JSSC 2017: 2·N·M·E²·⌈C/(q·r)⌉ and the inputs once for every p·t filters).
    globalBuffer: {
      weights: 0,
      inputs: inputsOnce * filterTiles * filterPassesPerTile,
      partialSums: 2 * outputs * channelPasses,
    },
    // A filter row is multicast along the columns of its set, an input row along the diagonals, and a partial sum is
    // handed up the rows.
    array: {
      weights: weightLoads * Math.min(tileOutputRows, outputHeight),
      inputs: inputRowDeliveries * filterTiles * filterPassesPerTile * mapping.filterSets,
      partialSums: outputs * channelPasses * mapping.channelSets * kernelHeight,
    },
    registerFile: { weights: macs, inputs: macs, partialSums: 2 * macs },
  };
}

/** Whether a mapping fits the chip's register files, array and global buffer. */
export function fits(shape: LayerShape, mapping: RowStationaryMapping, accelerator: Accelerator): boolean {
  return (
    fitsRegisterFile(shape.kernelWidth, mapping.filtersPerElement, mapping.channelsPerElement, accelerator) &&
    mapping.filterSets * mapping.channelSets <= setsOnArray(shape, mapping.tileOutputRows, accelerator) &&
    bufferWords(shape, mapping) <= accelerator.globalBuffer.words
  );
}

/** Words of the global buffer that a mapping takes: a tile's partial sums and the inputs of one pass. */
export function bufferWords(shape: LayerShape, mapping: RowStationaryMapping): number {
  const rows = (Math.min(mapping.tileOutputRows, shape.outputHeight) - 1) * shape.stride + shape.kernelHeight;
  const channels = Math.min(shape.inputChannels, mapping.channelsPerElement * mapping.channelSets);
  const partialSums = mapping.tileImages * mapping.tileFilters * mapping.tileOutputRows * shape.outputWidth;
  return partialSums + mapping.tileImages * channels * rows * shape.inputWidth;
}

/** Whether p filters and q channels of kernel rows, their sliding inputs and partial sums fit one processing element. */
export function fitsRegisterFile(kernelWidth: number, p: number, q: number, accelerator: Accelerator): boolean {
  const weights = p * q * kernelWidth;
  const inputs = q * kernelWidth;
  const file = accelerator.registerFile;
  return 'words' in file
    ? weights + inputs + p <= file.words
    : weights <= file.weights && inputs <= file.inputs && p <= file.partialSums;
}

/**
 * How many two-dimensional convolutions the array works on at once. A strip longer than the array is wide is folded in
 * time, and so is a kernel taller than the array.
 */
export function setsOnArray(shape: LayerShape, tileOutputRows: number, accelerator: Accelerator): number {
  const { rows, columns } = accelerator.array;
  const width = Math.min(tileOutputRows, columns);
  const height = Math.min(shape.kernelHeight, rows);
  return Math.floor(rows / height) * Math.floor(columns / width);
}

function inputRowsOfStrips(shape: LayerShape, tileOutputRows: number): number {
  const { outputHeight, kernelHeight, stride, inputHeight } = shape;
  const strips = Math.ceil(outputHeight / tileOutputRows);
  if (strips === 1) return inputHeight;
  const rowsOf = (outputRows: number): number => (outputRows - 1) * stride + kernelHeight;
  const lastStrip = outputHeight - (strips - 1) * tileOutputRows;
  return (strips - 1) * rowsOf(tileOutputRows) + rowsOf(lastStrip);
}
