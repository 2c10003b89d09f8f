import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportOnnx, type Network } from '@espalier/networks';
import { initialWeights } from '@espalier/training';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { modelCommand } from './model.js';

const folder = mkdtempSync(join(tmpdir(), 'espalier-model-'));
const data = join(folder, 'data');
beforeAll(() => {
  for (const split of ['train', 'val', 'test']) {
    for (const [i, name] of ['dark', 'light'].entries()) {
      mkdirSync(join(data, split, name), { recursive: true });
      const image = Buffer.concat([Buffer.from('P6\n4 4\n255\n'), Buffer.alloc(48, 200 * i)]);
      writeFileSync(join(data, split, name, '0.ppm'), image);
    }
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  jest.restoreAllMocks();
});

function write(name: string, padding: readonly [number, number, number, number]): string {
  const network: Network = {
    name,
    input: { height: 4, width: 4, channels: 3 },
    classes: 2,
    layers: [
      { kind: 'maxPooling2d', name: 'pool', poolSize: 2, stride: 2, padding },
      { kind: 'flatten', name: 'flat' },
      { kind: 'dense', name: 'fc', units: 2, activation: 'softmax' },
    ],
  };
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, exportOnnx(network, initialWeights(network, 1)));
  return path;
}

async function printed(...options: string[]): Promise<string> {
  const out = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  await modelCommand().parseAsync(options, { from: 'user' });
  const text = out.mock.calls.map(([chunk]) => String(chunk)).join('');
  out.mockRestore();
  return text;
}

describe('a model with a layer that a campaign could not train', () => {
  const reason =
    /^It cannot be trained in a campaign: layer \S+: a window of 2 × 2 lies in the padding of 2, 0, 0, 0 alone/m;

  it('is shown with the layer and the reason', async () => {
    expect(await printed('show', write('outside', [2, 0, 0, 0]))).toMatch(reason);
    expect(await printed('show', write('inside', [1, 0, 1, 0]))).not.toMatch(/cannot be trained/);
  });

  it('is tested, and the layer and the reason are told', async () => {
    const path = write('outside', [2, 0, 0, 0]);
    const text = await printed('test', path, '--data', data);
    expect(text).toMatch(/of 2 test images$/m);
    expect(text).toMatch(reason);
    expect(JSON.parse(await printed('test', path, '--data', data, '--json'))).toMatchObject({
      images: 2,
      untrainable: [expect.stringMatching(/^layer \S+: a window/)],
    });
    expect(JSON.parse(await printed('test', write('inside', [1, 0, 1, 0]), '--data', data, '--json'))).toMatchObject({
      untrainable: [],
    });
  });
});
