import { readFileSync } from 'node:fs';
import { RandomStream } from '@espalier/random';
import { describe, expect, it } from '@jest/globals';
import { exportTfjsLayers, importTfjsLayers, NetworkError, type ImportedModel } from '../index.js';
import { importKerasArchive, importKerasHdf5 } from './keras/files.js';
import { importOnnx } from './onnx/model.js';

/** Files that Keras 3.12 and the onnx package wrote: test/oracles has the scripts. */
const file = (name: string): Uint8Array => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const MUTATIONS = 400;

/** A file with some bytes changed, a part cut out or doubled, or its end missing. */
function mutated(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = random.integer(0, copy.length - 1);
  const length = Math.min(copy.length - at, random.integer(1, 64));
  switch (random.integer(0, 4)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]);
    case 2:
      return Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]);
    default:
      for (let i = 0; i < random.integer(1, 8); i++) {
        // Headers, where the structure is, more often than weights.
        const place = random.integer(0, random.integer(0, 1) ? copy.length - 1 : Math.min(copy.length - 1, 4096));
        copy[place] = random.integer(0, 255);
      }
      return copy;
  }
}

async function outcome(read: () => Promise<ImportedModel> | ImportedModel): Promise<'imported' | 'refused'> {
  try {
    await read();
    return 'imported';
  } catch (error) {
    if (error instanceof NetworkError) return 'refused';
    throw error;
  }
}

describe('a damaged model file', () => {
  it.each([
    { name: 'sequential.keras', read: importKerasArchive },
    { name: 'sequential.h5', read: importKerasHdf5 },
    { name: 'pytorch-mobile.onnx', read: (bytes: Uint8Array, name: string) => importOnnx(bytes, name) },
  ])(
    'is imported or refused, and nothing else, however it was mutated: $name',
    async ({ name, read }) => {
      const whole = file(name);
      expect(await outcome(() => read(whole, 'whole'))).toBe('imported');
      const random = new RandomStream(11, 0);
      let refused = 0;
      for (let i = 0; i < MUTATIONS; i++) {
        const bytes = mutated(whole, random);
        if ((await outcome(() => read(bytes, 'mutated'))) === 'refused') refused++;
      }
      expect(refused).toBeGreaterThan(MUTATIONS / 10);
      expect(await outcome(() => read(whole, 'whole'))).toBe('imported');
    },
    120_000,
  );

  it('is imported or refused, and nothing else, however it was mutated: model.json and its weights', async () => {
    const { network, weights } = await importOnnxWithoutGroups();
    const { modelJson, weightsBinary } = exportTfjsLayers(network, weights);
    const random = new RandomStream(12, 0);
    for (let i = 0; i < MUTATIONS; i++) {
      const text = Buffer.from(mutated(Buffer.from(modelJson), random)).toString('utf8');
      let content: unknown;
      try {
        content = JSON.parse(text);
      } catch {
        continue;
      }
      const shard = i % 2 === 0 ? weightsBinary : mutated(weightsBinary, random);
      await outcome(() => importTfjsLayers(content, 'mutated', () => Promise.resolve(shard)));
    }
  }, 120_000);
});

/** tfjs has no grouped convolutions: the first layers of the ONNX file do without. */
async function importOnnxWithoutGroups(): Promise<ImportedModel> {
  const { network, weights } = await importKerasArchive(file('sequential.keras'), 'sequential');
  const layers = network.layers.map((layer) =>
    layer.kind === 'conv2d' && layer.groups === 3 ? { ...layer, groups: 1 } : layer,
  );
  const kernels = layers.flatMap((layer) => {
    if (layer.kind !== 'conv2d') return [];
    const kernel = weights.get(`${layer.name}/kernel`);
    if (!kernel || kernel.shape[2] !== 4) return [];
    const shape = [3, 3, 12, layer.filters];
    return [[`${layer.name}/kernel`, { shape, data: new Float32Array(9 * 12 * layer.filters) }] as const];
  });
  return { network: { ...network, layers }, weights: new Map([...weights, ...kernels]) };
}

describe('a model that cannot be used', () => {
  it('is refused when it is cut off, of another kind, or without its structure', async () => {
    await expect(importKerasArchive(file('sequential.keras').subarray(0, 9_000), 'cut')).rejects.toThrow(
      /cut is not a \.keras file, or it is cut off/,
    );
    await expect(importKerasHdf5(file('sequential.h5').subarray(0, 9_000), 'cut')).rejects.toThrow(
      /cut is not an HDF5 file, or it is cut off/,
    );
    expect(() => importOnnx(Buffer.from('no model'), 'text')).toThrow(/text is not an ONNX/);
  });

  it('is refused when a weight is not a number, naming it', async () => {
    const { network, weights } = await importKerasArchive(file('sequential.keras'), 'sequential');
    const first = [...weights.keys()][0];
    const bad = new Map(weights);
    bad.set(first, {
      shape: weights.get(first)?.shape ?? [],
      data: weights.get(first)?.data.map(() => NaN) ?? new Float32Array(),
    });
    const plain = network.layers.filter(({ kind }) => kind !== 'conv2d');
    expect(plain.length).toBeGreaterThan(0);
    const { exportKerasArchive } = await import('../exporters/keras.js');
    const bytes = await exportKerasArchive(network, bad);
    await expect(importKerasArchive(bytes, 'nan')).rejects.toThrow(`weight ${first} has values that are not finite`);
  });

  it('is refused with a layer that is not known, naming it and its kind', async () => {
    const model = {
      class_name: 'Sequential',
      config: [
        { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 8, 8, 1] } },
        { class_name: 'LSTM', config: { name: 'memory' } },
      ],
    };
    const content = { modelTopology: { model_config: model }, weightsManifest: [{ paths: ['w'], weights: [] }] };
    await expect(importTfjsLayers(content, 'odd', () => Promise.resolve(new Uint8Array()))).rejects.toThrow(
      'odd, layer memory (LSTM): this kind of layer is not known',
    );
  });

  it('is refused when shapes do not chain', async () => {
    const model = {
      class_name: 'Sequential',
      config: [
        { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 8, 8, 1] } },
        { class_name: 'Conv2D', config: { name: 'wide', filters: 2, kernel_size: [9, 9] } },
      ],
    };
    const content = { modelTopology: { model_config: model }, weightsManifest: [{ paths: ['w'], weights: [] }] };
    await expect(importTfjsLayers(content, 'odd', () => Promise.resolve(new Uint8Array()))).rejects.toThrow(
      'layer wide (Conv2D): a window of 9 does not fit its input of 8; use padding: same or a smaller window',
    );
  });
});
