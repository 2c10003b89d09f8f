import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AcceleratorSchema } from '@espalier/contracts';
import { ACCELERATORS } from '@espalier/energy-model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { readAccelerator } from './read-accelerator.js';
import { readNetwork } from './read-network.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accelerators-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (name: string, content: unknown): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : stringify(content));
  return file;
};

describe('a description of a chip', () => {
  it.each(ACCELERATORS.map((accelerator) => [accelerator.name, accelerator] as const))(
    'of %s survives being written as YAML and read again',
    async (name, accelerator) => {
      expect(AcceleratorSchema.parse(accelerator)).toEqual(accelerator);
      expect(await readAccelerator(await written(`${name}.yaml`, accelerator))).toEqual(accelerator);
    },
  );

  const eyeriss = ACCELERATORS[0];
  it.each<[string, (chip: Record<string, unknown> & typeof eyeriss) => unknown, string]>([
    [
      'a dataflow that does not exist',
      (chip) => ({ ...chip, dataflow: 'sideways' }),
      '  dataflow ("sideways"): Invalid option: expected one of "row-stationary"',
    ],
    [
      'an axis without elements',
      (chip) => ({ ...chip, array: [{ name: 'rows', size: 0 }] }),
      '  array.0.size (0): Too small: expected number to be >=1',
    ],
    [
      'an operand without a home',
      (chip) => ({ ...chip, levels: [{ ...chip.levels[0], holds: ['weights', 'inputs'] }, ...chip.levels.slice(1)] }),
      '  levels.0.holds: the outermost level must hold all operands; partialSums is missing',
    ],
    [
      'an axis that is not there',
      (chip) => ({ ...chip, levels: [chip.levels[0], { ...chip.levels[1], sharedAlong: ['diagonals'] }] }),
      '  levels.1.sharedAlong.0 ("diagonals"): there is no axis \'diagonals\'; there are rows, columns',
    ],
    [
      'a compressed level that is not there',
      (chip) => ({
        ...chip,
        sparsity: { ...chip.sparsity, compression: [{ tensor: 'weights', level: 'tape', format: 'csr' }] },
      }),
      '  sparsity.compression.0.level ("tape"): there is no level or network \'tape\'; there are dram, globalBuffer',
    ],
    [
      'a price that is no number',
      (chip) => ({ ...chip, computation: { mac: 'cheap' } }),
      '  computation.mac ("cheap"): Invalid input: expected number',
    ],
    [
      'a field that is not known',
      (chip) => ({ ...chip, colour: 'red' }),
      '  colour ("red"): Unrecognized key: "colour"',
    ],
  ])('with %s is refused with its field, its value and what is allowed', async (_what, change, message) => {
    const file = await written('wrong.yaml', change(parse(JSON.stringify(eyeriss)) as never));
    await expect(readAccelerator(file)).rejects.toThrow(message);
  });
});

describe('a network’s file', () => {
  it('of layers is read, and a layer that does not fit is refused by its name', async () => {
    const list = { name: 'two', input: { channels: 3, height: 8, width: 8 } };
    const good = await written('two.yaml', { ...list, layers: [{ name: 'a', kind: 'conv', filters: 4, kernel: 3 }] });
    expect((await readNetwork(good)).layers).toHaveLength(1);
    const bad = await written('two.yaml', { ...list, layers: [{ name: 'a', kind: 'conv', filters: 4, kernel: 9 }] });
    await expect(readNetwork(bad)).rejects.toThrow(
      'two, layer a: a kernel of 9 does not fit its input of 8 with padding 0',
    );
    const odd = await written('two.yaml', { ...list, layers: [{ name: 'a', kind: 'conv', filters: -1, kernel: 3 }] });
    await expect(readNetwork(odd)).rejects.toThrow('layers.0.filters (-1): Too small: expected number to be >=1');
  });

  it('that does not exist, or a name that is not known, is refused with what there is', async () => {
    await expect(readNetwork('nothing.onnx')).rejects.toThrow('nothing.onnx cannot be read (ENOENT)');
    await expect(readNetwork('alexnett')).rejects.toThrow(
      "there is no network 'alexnett'; there are lenet-5, lenet-300-100, vgg-small",
    );
  });
});
