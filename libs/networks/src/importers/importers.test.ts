import { readFileSync } from 'node:fs';
import { macCount, weightCount, type LayerShape } from '@espalier/energy-model';
import fc from 'fast-check';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from '@jest/globals';
import { NetworkError } from '../graph/network.js';
import { importOnnx, pricedLayers, type PricedNetwork } from '../index.js';

/**
 * ONNX files of ZigZag 3.9 (MIT): shapes of BVLC AlexNet, and of ResNet-18 and MobileNetV2 as
 * exported by PyTorch.
 */
const file = (name: string): Uint8Array => readFileSync(new URL(`fixtures/${name}.onnx`, import.meta.url));

const pricedOnnx = (bytes: Uint8Array, name: string): PricedNetwork =>
  pricedLayers(importOnnx(bytes, name, 'price').network);
const weighted = ({ layers }: PricedNetwork): LayerShape[] =>
  layers.filter((layer): layer is LayerShape => !('operations' in layer));
const sum = (layers: readonly LayerShape[], of: (layer: LayerShape) => number): number =>
  layers.reduce((total, layer) => total + of(layer), 0);

describe('ONNX files', () => {
  it.each([
    ['resnet18', 21, 1_814, 11.68],
    ['mobilenetv2', 53, 301, 3.47],
  ])('%s has the published layers, MACs and weights', (name, count, macs, weights) => {
    const layers = weighted(pricedOnnx(file(name), name));
    expect(layers).toHaveLength(count);
    expect(sum(layers, (layer) => macCount(layer, 1)) / 1e6 / macs).toBeCloseTo(1, 2);
    expect(sum(layers, weightCount) / 1e6 / weights).toBeCloseTo(1, 2);
  });

  it('gives AlexNet its groups, and its first outputs without padding', () => {
    const layers = weighted(pricedOnnx(file('alexnet'), 'alexnet'));
    expect(layers.map(({ groups, outputHeight }) => [groups, outputHeight])).toEqual([
      [1, 54],
      [2, 26],
      [1, 12],
      [2, 12],
      [2, 12],
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
  });

  it('refuses what is not ONNX, and a file that is cut off', () => {
    expect(() => pricedOnnx(new TextEncoder().encode('# a YAML file\nname: x\n'), 'x.onnx')).toThrow(NetworkError);
    expect(() => pricedOnnx(new Uint8Array(0), 'x.onnx')).toThrow('x.onnx is not an ONNX model');
    const whole = file('resnet18');
    expect(() => pricedOnnx(whole.subarray(0, whole.length / 2), 'x.onnx')).toThrow(
      'x.onnx is not an ONNX file, or it is cut off',
    );
  });

  const model = (batch: object, height: object, opType: string): Uint8Array => {
    const dim = [batch, { dimValue: 3 }, height, { dimValue: 8 }];
    const graph = {
      input: [{ name: 'image', type: { tensorType: { elemType: 1, shape: { dim } } } }],
      node: [{ name: 'first', opType, input: ['image', 'w'], output: ['out'] }],
      output: [{ name: 'out' }],
      initializer: [{ name: 'w', dims: [4, 3, 3, 3], dataType: 1 }],
    };
    return onnxProto.onnx.ModelProto.encode(onnxProto.onnx.ModelProto.fromObject({ graph })).finish();
  };

  it('may leave the batch open, but refuses an input whose height is not fixed', () => {
    const { layers } = pricedOnnx(model({ dimParam: 'N' }, { dimValue: 8 }, 'Conv'), 'open');
    expect(layers).toHaveLength(1);
    expect(() => pricedOnnx(model({ dimValue: 1 }, { dimParam: 'height' }, 'Conv'), 'open')).toThrow(
      'open: its input is [1, 3, ?, 8]; channels, height and width must be fixed when it is exported',
    );
  });

  it('refuses an operator that it does not know by its node and name', () => {
    expect(() => pricedOnnx(model({ dimValue: 1 }, { dimValue: 8 }, 'NonMaxSuppression'), 'odd')).toThrow(
      'odd, node first (NonMaxSuppression): this operator is not known; known are Conv',
    );
  });

  it('never crashes, hangs or gives a wrong kind of answer on mutated files', () => {
    const originals = ['alexnet', 'resnet18'].map(file);
    fc.assert(
      fc.property(
        fc.nat(originals.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat()),
        (which, changes, cut) => {
          const bytes = Uint8Array.from(originals[which]);
          for (const [place, value] of changes) bytes[place % bytes.length] = value;
          const given = cut === null ? bytes : bytes.subarray(0, cut % bytes.length);
          try {
            const { layers } = pricedOnnx(given, 'mutated');
            for (const layer of layers) {
              for (const value of Object.values(layer)) expect(value === undefined || Number.isNaN(value)).toBe(false);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(NetworkError);
          }
        },
      ),
      { numRuns: 5000 },
    );
  }, 120_000);
});
