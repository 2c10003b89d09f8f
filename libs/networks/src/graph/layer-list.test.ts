import { LayerListSchema, type LayerListInput } from '@espalier/contracts';
import { macCount, type LayerShape } from '@espalier/energy-model';
import { describe, expect, it } from '@jest/globals';
import { pricedNetwork, type PricedNetwork } from '../index.js';

const listed = (layers: LayerListInput['layers'], input = { channels: 8, height: 16, width: 16 }): PricedNetwork =>
  pricedNetwork(LayerListSchema.parse({ name: 'net', input, layers }));
const only = ({ layers }: PricedNetwork): LayerShape => layers[0] as LayerShape;

describe('listed layers', () => {
  it('slide with stride, padding and dilation as frameworks have it', () => {
    const outputOf = (options: object): [number, number] => {
      const { outputHeight, outputWidth } = only(
        listed([{ name: 'a', kind: 'conv', filters: 4, kernel: 3, ...options }]),
      );
      return [outputHeight, outputWidth];
    };
    expect(outputOf({})).toEqual([14, 14]);
    expect(outputOf({ padding: 'same', stride: 2 })).toEqual([8, 8]);
    expect(outputOf({ padding: 1 })).toEqual([16, 16]);
    expect(outputOf({ dilation: 2 })).toEqual([12, 12]);
    expect(outputOf({ kernel: [1, 3] })).toEqual([16, 14]);
    expect(outputOf({ padding: [0, 0, 1, 1], stride: 2 })).toEqual([8, 8]);
  });

  it('make a depthwise convolution a group for each channel', () => {
    const shape = only(listed([{ name: 'a', kind: 'depthwise-conv', kernel: 3, multiplier: 2 }]));
    expect([shape.groups, shape.inputChannels, shape.outputChannels]).toEqual([8, 1, 2]);
  });

  it('give a transposed convolution a MAC for each input, channel, filter and kernel position', () => {
    const network = listed([{ name: 'a', kind: 'transposed-conv', filters: 4, kernel: 4, stride: 2, padding: 'same' }]);
    expect(macCount(only(network), 1)).toBe(16 * 16 * 8 * 4 * 4 * 4);
  });

  it('give attention the MACs of its two products', () => {
    const { layers } = listed([{ name: 'a', kind: 'attention', heads: 4 }], { channels: 3 * 64, height: 10, width: 1 });
    const macs = layers.map((layer) => macCount(layer as LayerShape, 1));
    expect(macs).toEqual([10 * 10 * 64, 10 * 10 * 64]);
  });

  it('know which layers they take their inputs from, through what only passes values on', () => {
    const { layers, sources } = listed([
      { name: 'a', kind: 'conv', filters: 4, kernel: 1 },
      { name: 'relu', kind: 'activation' },
      { name: 'b', kind: 'conv', filters: 4, kernel: 1 },
      { name: 'sum', kind: 'add', from: ['relu', 'b'] },
      { name: 'both', kind: 'concat', from: ['a', 'b'] },
      { name: 'c', kind: 'conv', filters: 4, kernel: 1 },
    ]);
    expect(layers.map(({ name }) => name)).toEqual(['a', 'b', 'sum', 'c']);
    expect(sources).toEqual([[], [0], [0, 1], [0, 1]]);
  });

  it.each<[LayerListInput['layers'], string]>([
    [[{ name: 'a', kind: 'conv', filters: 4, kernel: 3, groups: 3 }], 'layer a: 3 groups do not divide its 8 input'],
    [[{ name: 'a', kind: 'conv', filters: 4, kernel: 1, from: 'b' }], "layer a: there is no layer 'b' before it"],
    [
      [
        { name: 'a', kind: 'conv', filters: 4, kernel: 1 },
        { name: 'a', kind: 'conv', filters: 4, kernel: 1 },
      ],
      'layer a: another layer has this name',
    ],
    [
      [
        { name: 'a', kind: 'conv', filters: 4, kernel: 1 },
        { name: 'b', kind: 'add', from: ['a', 'input'] },
      ],
      'layer b: its inputs differ: 4 × 16 × 16 and 8 × 16 × 16',
    ],
  ])('that do not make sense are refused by name: %#', (layers, message) => {
    expect(() => listed(layers)).toThrow(message);
  });
});
