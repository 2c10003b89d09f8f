import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CampaignSpecSchema } from '@espalier/contracts';
import { afterAll, describe, expect, it } from '@jest/globals';
import { forkOf } from './fork.js';

const spec = CampaignSpecSchema.parse({
  ...{ name: 'mine', network: 'lenet-5', data: 'mnist', batch: 16 },
  constraints: { accuracy: { min: 0.97 }, energy: { max: 2e6 } },
  space: { criterion: ['magnitude'], density: { fc1: [0.1, 1] } },
  strategy: { name: 'random', seed: 1 },
  budget: { candidates: 10 },
});

const folder = mkdtempSync(join(tmpdir(), 'espalier-fork-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('a fork', () => {
  it('has another objective, or another space, and all else as it was', async () => {
    expect(await forkOf(spec, { as: 'other' })).toEqual({ ...spec, name: 'other', warmStart: ['mine'] });
    const { objectives } = await forkOf(spec, { as: 'other', objective: 'latency' });
    expect(objectives).toEqual(['accuracy', 'latency']);
    const space = '{ criterion: [magnitude], density: { conv2: [0.2, 1], fc1: [0.1, 1] } }';
    const files = [write('space.yaml', space), write('campaign.yaml', `name: x\nspace: ${space}`)];
    for (const file of files) {
      const forked = await forkOf(spec, { as: 'other', space: file });
      expect(forked.space.density).toEqual({ conv2: [0.2, 1], fc1: [0.1, 1] });
    }
  });

  it('of a file that is no space is refused with each field that is wrong', async () => {
    const wrong = write('wrong.yaml', 'density: { fc1: [0.1, 2] }\ncolour: red\n');
    await expect(forkOf(spec, { as: 'other', space: wrong })).rejects.toThrow(
      /wrong.yaml is not a space:[^]*density.fc1.1 \(2\)[^]*colour/,
    );
    await expect(forkOf(spec, { as: 'other', space: write('empty.yaml', '') })).rejects.toThrow(/is not a space/);
  });

  it('keeps the limits that it does not change', async () => {
    const { constraints } = await forkOf(spec, { as: 'other', minAccuracy: 0.9 });
    expect(constraints).toEqual({ accuracy: { min: 0.9 }, energy: { max: 2e6 } });
  });

  it('on another chip, or with other batches, is refused until it is said what the limit of energy is there', async () => {
    for (const change of [{ accelerator: 'scnn' }, { batch: 1 }]) {
      await expect(forkOf(spec, { as: 'other', ...change })).rejects.toThrow(/--max-energy/);
      const { constraints } = await forkOf(spec, { as: 'other', ...change, maxEnergy: 3 });
      expect(constraints).toEqual({ accuracy: { min: 0.97 }, energy: { max: 3 } });
    }
  });
});
