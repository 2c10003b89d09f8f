import { describe, expect, it } from '@jest/globals';
import {
  checkWeights,
  exportTfjsLayers,
  inferShapes,
  weightedLayers,
  weightShapes,
  zooNetwork,
  type Network,
} from './index.js';

const lenet = zooNetwork('lenet-5');

describe('LeNet-5 of the zoo', () => {
  it('has the 430,500 weights and 580 biases that the pruning literature counts', () => {
    const sizes = [...weightShapes(lenet).values()].map((shape) => shape.reduce((a, b) => a * b, 1));
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(431_080);
  });

  it('goes from 28 × 28 pixels to 800 features to 10 classes', () => {
    const outputs = inferShapes(lenet).map(({ layer, output }) => [
      layer.name,
      output.height,
      output.width,
      output.channels,
    ]);
    expect(outputs).toEqual([
      ['conv1', 24, 24, 20],
      ['pool1', 12, 12, 20],
      ['conv2', 8, 8, 50],
      ['pool2', 4, 4, 50],
      ['flatten', 1, 1, 800],
      ['fc1', 1, 1, 500],
      ['fc2', 1, 1, 10],
    ]);
  });

  it('is priced as four loop nests, the dense layers as 1 × 1 kernels', () => {
    expect(
      weightedLayers(lenet).map(({ shape }) => [shape.inputChannels, shape.kernelHeight, shape.outputChannels]),
    ).toEqual([
      [1, 5, 20],
      [20, 5, 50],
      [800, 1, 500],
      [500, 1, 10],
    ]);
  });
});

describe('a network that does not make sense', () => {
  const broken = (layers: Network['layers']): Network => ({ ...lenet, name: 'broken', layers });

  it('is refused when a dense layer is given an image', () => {
    expect(() => inferShapes(broken([{ kind: 'dense', name: 'fc', units: 2, activation: 'relu' }]))).toThrow(
      'layer fc: a dense layer takes a vector, its input is 28 × 28 × 1; put a flatten layer before it',
    );
  });

  it('is refused when a kernel is larger than its input', () => {
    const conv = {
      kind: 'conv2d',
      name: 'c',
      filters: 1,
      kernelSize: [30, 30],
      stride: 1,
      padding: 'valid',
      activation: 'relu',
    } as const;
    expect(() => inferShapes(broken([conv]))).toThrow('layer c: a window of 30 does not fit its input of 28');
  });

  it('is refused when two layers have one name', () => {
    expect(() =>
      inferShapes(
        broken([
          { kind: 'flatten', name: 'x' },
          { kind: 'flatten', name: 'x' },
        ]),
      ),
    ).toThrow('layer x: another layer has this name');
  });

  it('is not in the zoo, and the refusal says what is', () => {
    expect(() => zooNetwork('lenet-6')).toThrow("there is no network 'lenet-6'; the zoo has: lenet-5");
  });
});

describe('weights', () => {
  const zeros = new Map(
    [...weightShapes(lenet)].map(([name, shape]) => [
      name,
      { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
    ]),
  );

  it('are refused with NaN, and when one is missing', () => {
    checkWeights(lenet, zeros);
    expect(() =>
      checkWeights(lenet, new Map(zeros).set('fc2/bias', { shape: [10], data: new Float32Array(10).fill(NaN) })),
    ).toThrow('fc2/bias has values that are not finite');
    const missing = new Map(zeros);
    missing.delete('conv1/kernel');
    expect(() => checkWeights(lenet, missing)).toThrow('weight conv1/kernel is missing');
  });

  it('are exported with a manifest whose sizes are those of the file', () => {
    const { modelJson, weightsBinary } = exportTfjsLayers(lenet, zeros);
    const { weightsManifest } = JSON.parse(modelJson) as { weightsManifest: { weights: { shape: number[] }[] }[] };
    const elements = weightsManifest[0].weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(weightsBinary.byteLength).toBe(4 * elements);
  });
});
