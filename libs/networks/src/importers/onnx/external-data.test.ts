import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { importModel } from '../import-model.js';

const WEIGHTS = Float32Array.from({ length: 8 }, (_, i) => i - 3);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'external-data-'));
  await mkdir(join(folder, 'model'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A dense layer of four inputs and two outputs, whose weights lie in a file. */
async function modelWith(externalData: Record<string, string>): Promise<string> {
  const dim = [{ dimParam: 'batch' }, { dimValue: 4 }];
  const entries = Object.entries(externalData).map(([key, value]) => ({ key, value }));
  const graph = {
    input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim } } } }],
    output: [{ name: 'y' }],
    node: [{ name: 'fc', opType: 'Gemm', input: ['x', 'w'], output: ['y'] }],
    initializer: [{ name: 'w', dims: [4, 2], dataType: 1, dataLocation: 1, externalData: entries }],
  };
  const path = join(folder, 'model', 'm.onnx');
  const model = onnxProto.onnx.ModelProto.fromObject({ graph, opsetImport: [{ domain: '', version: 17 }] });
  await writeFile(path, onnxProto.onnx.ModelProto.encode(model).finish());
  return path;
}

describe('readExternalData', () => {
  it('reads values from the place in the file beside the model that they are said to be in', async () => {
    await writeFile(join(folder, 'model', 'w.data'), Buffer.concat([Buffer.alloc(16), Buffer.from(WEIGHTS.buffer)]));
    const path = await modelWith({ location: 'w.data', offset: '16', length: '32' });
    expect((await importModel(path)).weights.get('fc/kernel')?.data).toEqual(WEIGHTS);
  });

  it.each(['../w.data', 'link.data', 'linked/w.data'])(
    'reads nothing outside the folder of the model: %s',
    async (location) => {
      await writeFile(join(folder, 'w.data'), Buffer.from(WEIGHTS.buffer));
      await symlink(join(folder, 'w.data'), join(folder, 'model', 'link.data'));
      await symlink(folder, join(folder, 'model', 'linked'));
      const path = await modelWith({ location });
      await expect(importModel(path)).rejects.toThrow(
        `m, tensor w names values outside its model's folder: ${location}`,
      );
      await expect(importModel(path, 'price')).rejects.toThrow('outside its model');
    },
  );

  it('names the tensor and the file that is missing, too short, or said to be nowhere', async () => {
    await expect(importModel(await modelWith({ location: 'none.data' }))).rejects.toThrow(
      'm, tensor w lies in none.data, which is not beside the model; copy both files together',
    );
    await writeFile(join(folder, 'model', 'w.data'), Buffer.alloc(20));
    await expect(importModel(await modelWith({ location: 'w.data', length: '32' }))).rejects.toThrow(
      'm, tensor w asks for bytes 0 to 32 of w.data, which has 20; it is cut off',
    );
    await expect(importModel(await modelWith({ location: 'w.data', offset: '-1' }))).rejects.toThrow('whole number');
    await expect(importModel(await modelWith({}))).rejects.toThrow("outside its model's folder");
  });

  it('is not needed to price a model', async () => {
    const { network, missingWeights } = await importModel(await modelWith({ location: 'none.data' }), 'price');
    expect([network.layers.length, missingWeights]).toEqual([1, ['fc/kernel']]);
  });
});
