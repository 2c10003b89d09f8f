import { readFileSync } from 'node:fs';
import { macCount, type LayerShape } from '@espalier/energy-model';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import {
  exportTfjsLayers,
  NetworkError,
  pricedLayers,
  weightedLayers,
  zooNetwork,
  type ImportedModel,
} from '../../index.js';
import { initialTestWeights } from '../../testing/initial-test-weights.js';
import type { ImportPurpose } from '../imported-model.js';
import { importTfjsLayers } from './model.js';

const lenet = zooNetwork('lenet-5');
const { modelJson, weightsBinary } = exportTfjsLayers(lenet, initialTestWeights(lenet));
const exported = JSON.parse(modelJson) as unknown;

const noFile = (): Promise<Uint8Array> => Promise.reject(new NetworkError('the file of weights is not there'));
/** Reads a model.json that lies alone. */
const alone = (content: unknown, purpose: ImportPurpose = 'price'): Promise<ImportedModel> =>
  importTfjsLayers(content, 'model', noFile, purpose);
const macsOf = ({ network }: ImportedModel): number =>
  pricedLayers(network)
    .layers.filter((layer): layer is LayerShape => !('operations' in layer))
    .reduce((sum, layer) => sum + macCount(layer, 1), 0);

describe('a model.json of tfjs', () => {
  it('of our own export gives the network that was exported', async () => {
    const { network, missingWeights } = await alone(exported);
    expect(weightedLayers(network).map(({ shape }) => shape)).toEqual(weightedLayers(lenet).map(({ shape }) => shape));
    expect(missingWeights).toHaveLength(8);
    const whole = await importTfjsLayers(exported, 'model', () => Promise.resolve(weightsBinary));
    expect(whole.missingWeights).toBeUndefined();
    expect(whole.weights).toEqual(initialTestWeights(lenet));
  });

  it('without its files of weights can be priced, and is refused for anything else', async () => {
    await expect(alone(exported, 'run')).rejects.toThrow('the file of weights is not there');
    const topology = { modelTopology: (exported as Record<string, unknown>).modelTopology };
    await expect(alone(topology, 'run')).rejects.toThrow(
      'model: its file does not hold 8 of its weights (conv1/kernel, conv1/bias, conv2/kernel, …); without them it can be priced and shown only',
    );
    expect(macsOf(await alone(topology))).toBe(macsOf({ network: lenet, weights: new Map() }));
  });

  it('with a layer that is used twice has one layer of ours for each use, which are priced and cannot be trained', async () => {
    const content = JSON.parse(
      readFileSync(new URL('../fixtures/shared-tfjs.json', import.meta.url), 'utf8'),
    ) as unknown;
    const model = await alone(content);
    // 12 × 12 positions, 3 × 3 × 4 weights of 4 filters, twice; and 4 × 4 at the end.
    expect(macsOf(model)).toBe(2 * 20_736 + 16);
    expect(model.network.layers.map(({ name }) => name)).toEqual(['twice', 'twice_2', 'g', 'fc']);
    const kernels = Buffer.from(new Float32Array(9 * 16 + 4 + 16 + 4).buffer);
    const weights = [
      { name: 'twice/kernel', shape: [3, 3, 4, 4], dtype: 'float32' },
      { name: 'twice/bias', shape: [4], dtype: 'float32' },
      { name: 'fc/kernel', shape: [4, 4], dtype: 'float32' },
      { name: 'fc/bias', shape: [4], dtype: 'float32' },
    ];
    const whole = { ...(content as object), weightsManifest: [{ paths: ['g.bin'], weights }] };
    const read = (purpose: ImportPurpose): Promise<ImportedModel> =>
      importTfjsLayers(whole, 'shared', () => Promise.resolve(kernels), purpose);
    expect((await read('run')).sharedLayers).toEqual([['twice', 'twice_2']]);
    await expect(read('train')).rejects.toThrow(
      'shared: twice and twice_2 are one layer that is used several times; training and pruning cannot keep their weights equal',
    );
  });

  const transposed = {
    modelTopology: {
      class_name: 'Sequential',
      config: [
        { class_name: 'Conv2D', config: { filters: 4, kernel_size: 3, batch_input_shape: [null, 8, 8, 3] } },
        { class_name: 'PReLU', config: { name: 'prelu' } },
        { class_name: 'Conv2DTranspose', config: { name: 'up', filters: 2, kernel_size: 2, strides: 2 } },
      ],
    },
  };

  it('that ends in an image, with what cannot be run, is priced, and refused for anything else', async () => {
    const model = await alone(transposed);
    // 6 × 6 outputs of 27 weights and 4 filters; then 6 × 6 inputs, each of 4 channels to 2 × 2
    // outputs of 2.
    expect(macsOf(model)).toBe(36 * 27 * 4 + 36 * 4 * 4 * 2);
    expect(model.priceOnly).toEqual([
      'model, layer prelu (PReLU): this kind of layer is not known',
      'model, layer up (Conv2DTranspose): a transposed convolution can be priced, not run',
      'model ends in 12 × 12 × 2; a network that classifies ends in a vector',
    ]);
    await expect(alone(transposed, 'run')).rejects.toThrow(
      'model, layer prelu (PReLU): this kind of layer is not known',
    );
  });

  it('is refused if it is a graph model, or has a layer that is not known', async () => {
    await expect(alone({ modelTopology: { node: [] } })).rejects.toThrow('model is a graph model of tfjs');
    const changed = JSON.parse(modelJson.replace('"MaxPooling2D"', '"Lambda"')) as unknown;
    await expect(alone(changed)).rejects.toThrow('model, layer pool1 (Lambda): this kind of layer is not known');
  });

  it('never crashes the reader, whatever its fields hold', async () => {
    const text = JSON.stringify(exported);
    const pieces = fc.oneof(fc.constantFrom('null', '-1', '1e308', '"x"', '[]', '{}', 'true', '0'), fc.json());
    await fc.assert(
      fc.asyncProperty(fc.nat(), pieces, async (place, piece) => {
        // A number or word somewhere in the file becomes something else.
        const tokens = [...text.matchAll(/(?<=[:,[])("[^"]*"|-?\d+(\.\d+)?|true|false|null)(?=[,\]}])/g)];
        const token = tokens[place % tokens.length];
        const changed = text.slice(0, token.index) + piece + text.slice(token.index + token[0].length);
        try {
          pricedLayers((await alone(JSON.parse(changed))).network);
        } catch (error) {
          expect(error).toBeInstanceOf(NetworkError);
        }
      }),
      { numRuns: 1000 },
    );
  }, 120_000);
});
