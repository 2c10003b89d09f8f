import { ImagesInMemory, type Split } from '@espalier/datasets';
import { layerGeometries, untrainableLayers, type Layer, type Network } from '@espalier/networks';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { batchOf, layerStatistics, weightGradients, type TrainableNetwork } from '../index.js';
import { SGD, withNetwork } from '../testing/residual-network.js';

const VALUES = { learningRate: 0.001, weightDecay: 1e-4, labelSmoothing: 0.1, scalePenalty: 0, step: 1 };
const IMAGES = 8;

/** Omit, for each kind of layer by itself. */
type Unnamed<Kind> = Kind extends Layer ? Omit<Kind, 'name' | 'from'> : never;
/** A layer, and how many layers before it each of its inputs lies. */
type Part = Unnamed<Layer> & { readonly back?: readonly number[] };

const edge = fc.nat(3);
const padding = fc.oneof(fc.constantFrom('valid' as const, 'same' as const), fc.tuple(edge, edge, edge, edge));
const activation = fc.constantFrom('linear', 'relu', 'leakyRelu', 'elu', 'softplus', 'swish', 'softmax');
const side = fc.integer({ min: 1, max: 4 });
const step = fc.integer({ min: 1, max: 3 });
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({
    kind: fc.constant('conv2d' as const),
    filters: fc.constantFrom(1, 2, 4, 6),
    kernelSize: fc.tuple(side, side),
    stride: step,
    padding,
    dilation: step,
    groups: fc.constantFrom(1, 2, 3),
    useBias: fc.boolean(),
    activation,
  }),
  fc.record({
    kind: fc.constantFrom('maxPooling2d' as const, 'averagePooling2d' as const),
    poolSize: step,
    stride: step,
    padding,
  }),
  fc.record({
    kind: fc.constantFrom('add' as const, 'multiply' as const, 'concatenate' as const),
    back: fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('activation' as const), activation }),
  fc.constantFrom<Part>(
    { kind: 'batchNormalization', epsilon: 1e-3, momentum: 0.9 },
    { kind: 'globalAveragePooling2d' },
    { kind: 'globalMaxPooling2d' },
    { kind: 'zeroPadding2d', padding: [1, 0, 2, 1] },
    { kind: 'rescaling', scale: [0.5], offset: [0.1] },
    { kind: 'transposedConv2d', filters: 2, kernelSize: [2, 2], stride: 2, padding: 'same' },
  ),
);
const input = fc.record({
  height: fc.constantFrom<number>(1, 5, 8),
  width: fc.constantFrom<number>(1, 4, 7),
  channels: fc.constantFrom<number>(1, 2, 3),
});

/** A network of those parts whose shapes fit. */
function networkOfParts(shape: Network['input'], parts: readonly Part[]): Network {
  const layers: Layer[] = [];
  for (const { back, ...rest } of parts) {
    const names = ['input', ...layers.map(({ name }) => name)];
    const from = back?.map((each) => names[Math.max(0, names.length - 1 - each)]);
    const layer = { ...rest, name: `layer${layers.length}`, ...(from && { from }) } as Layer;
    try {
      layerGeometries({ name: 'some', input: shape, classes: 3, layers: [...layers, layer] });
      layers.push(layer);
    } catch {
      continue;
    }
  }
  return {
    name: 'some',
    input: shape,
    classes: 3,
    layers: [
      ...layers,
      { kind: 'flatten', name: 'vector' },
      { kind: 'dense', name: 'head', units: 3, activation: 'softmax' },
    ],
  };
}

function imagesFor({ height, width, channels }: Network['input']): Split {
  const size = height * width * channels;
  const pixels = Uint8Array.from({ length: IMAGES * size }, (_, i) => (i * 37 + i * i * 11) % 251);
  const labels = Uint8Array.from({ length: IMAGES }, (_, i) => i % 3);
  return { images: new ImagesInMemory(pixels, size), labels, count: IMAGES };
}

/** Σ |XᵀX W − XᵀY| over a layer, as a part of Σ |XᵀX W|: 0 for the layer's own weights. */
async function statisticsError(trainable: TrainableNetwork, layer: string, split: Split): Promise<number> {
  const groups = await layerStatistics(trainable, trainable, layer, split, IMAGES);
  const kernel = (await trainable.weights()).get(`${layer}/kernel`)?.data ?? new Float32Array();
  let [difference, size] = [0, 1e-6];
  groups.forEach(({ gram, correlation }, group) => {
    const inputs = Math.sqrt(gram.length);
    const filters = correlation.length / inputs;
    correlation.forEach((value, at) => {
      let product = 0;
      for (let i = 0; i < inputs; i++) {
        const weight = kernel[i * filters * groups.length + group * filters + (at % filters)];
        product += gram[Math.floor(at / filters) * inputs + i] * weight;
        size += Math.abs(gram[Math.floor(at / filters) * inputs + i] * weight);
      }
      difference += Math.abs(product - value);
    });
  });
  return difference / size;
}

async function expectToTrain(network: Network): Promise<void> {
  const split = imagesFor(network.input);
  await withNetwork(network, async (trainable) => {
    expect((await trainable.measure(split, 'validation')).loss).toBeLessThan(Infinity);
    for (const { name } of trainable.compiled.weighted) {
      const error = await statisticsError(trainable, name, split);
      expect({ name, error, isSmall: error < 1e-4 }).toMatchObject({ name, isSmall: true });
    }
    for (const { mean } of (await weightGradients(trainable, split, IMAGES)).values()) {
      expect(mean.every(Number.isFinite)).toBe(true);
    }
    for (const throughMasks of [false, true]) {
      const loss = await trainable.step(batchOf(split, null, 0, IMAGES), { ...SGD, throughMasks }, VALUES);
      expect(loss).toBeLessThan(Infinity);
    }
  });
}

const IMAGE = { height: 5, width: 4, channels: 2 };

describe('untrainableLayers', () => {
  it('names no layer of a network that trains, is measured and has the statistics of its layers', async () => {
    await fc.assert(
      fc.asyncProperty(input, fc.array(part, { minLength: 1, maxLength: 6 }), async (shape, parts) => {
        const network = networkOfParts(shape, parts);
        if (untrainableLayers(network).length === 0) await expectToTrain(network);
      }),
      { numRuns: 60, examples: [[IMAGE, [{ kind: 'concatenate', back: [0] }]]] },
    );
  });

  const conv = { kernelSize: [3, 3], stride: 1, padding: 'same', activation: 'relu' } as const;
  const refused: { reason: string; parts: Part[]; shape?: Network['input'] }[] = [
    {
      reason: 'layer layer0: a transposed convolution can be priced, not trained',
      parts: [{ kind: 'transposedConv2d', filters: 2, kernelSize: [2, 2], stride: 2, padding: 'same' }],
    },
    {
      reason: "layer layer0: its output does not reach the network's, so that it cannot be trained; leave it out",
      parts: [
        { ...conv, kind: 'conv2d', filters: 2 },
        { kind: 'add', back: [1, 1] },
      ],
    },
    ...(
      [
        [0, 2, 0, 0],
        [0, 0, 3, 0],
      ] as const
    ).map((edges) => ({
      reason: `layer layer0: a window of 2 × 2 lies in the padding of ${edges.join(', ')} alone; allowed: padding that is smaller than the window`,
      parts: [{ kind: 'averagePooling2d' as const, poolSize: 2, stride: 1, padding: edges }],
    })),
    {
      reason: 'preprocessing.scale has 3 numbers; allowed: one number, or 2, one for each channel of the input',
      parts: [],
      shape: { ...IMAGE, preprocessing: { scale: [1, 2, 3], offset: [0] } },
    },
  ];
  it.each(refused)('says of a network that does not train: $reason', async ({ reason, parts, shape = IMAGE }) => {
    const network = networkOfParts(shape, parts);
    expect(untrainableLayers(network)).toEqual([reason]);
    await expect(expectToTrain(network)).rejects.toThrow();
  });
});
