import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatFront } from './output/front-formats.js';
import { readSpec } from './input/read-spec.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'cli-'))));
afterAll(() => rm(folder, { recursive: true }));

async function refusalOf(yaml: string): Promise<string> {
  const path = join(folder, 'spec.yaml');
  await writeFile(path, yaml);
  return readSpec(path).then(
    () => 'accepted',
    (error: Error) => error.message.replace(folder, ''),
  );
}

describe('a campaign file', () => {
  it('is accepted as it is shipped', async () => {
    const spec = await readSpec(fileURLToPath(new URL('../../../examples/lenet5-mnist.yaml', import.meta.url)));
    expect(spec.budget.candidates).toBeGreaterThanOrEqual(24);
  });

  it('is refused with line and column when it is not YAML', async () => {
    expect(await refusalOf('name: x\nspace: { density: [1\nbudget: 2\n')).toMatch(/spec\.yaml, line \d+, column \d+: /);
  });

  it('is refused with every field that is wrong', async () => {
    const message = await refusalOf(
      'name: x\nnetwork: lenet-5\ndata: mnist\nspace: { density: { conv1: [0, 2] } }\nbudget: { candidates: 0 }\ncolour: red\n',
    );
    expect(message).toContain('space.density.conv1.1 (2)');
    expect(message).toContain('budget.candidates (0)');
    expect(message).toContain('colour');
  });

  it('is refused when it is not there', async () => {
    await expect(readSpec(join(folder, 'none.yaml'))).rejects.toThrow('cannot be read (ENOENT)');
  });
});

describe('a front', () => {
  const front = {
    campaign: 'c',
    cost: 'energy' as const,
    hypervolume: 0.5,
    dense: null,
    points: [
      {
        id: '00000000-0000-4000-8000-000000000000',
        number: 3,
        schedule: { criterion: 'magnitude' as const, density: { conv1: 0.25 }, fineTune: { epochs: 2 } },
        validationAccuracy: 0.98,
        testAccuracy: null,
        energy: 2e6,
        latency: 5e3,
        weightsLeft: 0.1,
      },
    ],
  };

  it('is written as CSV with a column for each layer', async () => {
    expect((await formatFront(front, 'csv')).split('\n')).toEqual([
      'candidate,number,validation_accuracy,test_accuracy,energy,latency,times_less_than_dense,weights_left,criterion,density.conv1,fineTune.epochs',
      '00000000-0000-4000-8000-000000000000,3,0.98,,2000000,5000,,0.1,magnitude,0.25,2',
    ]);
  });

  it('is drawn as SVG, against what its campaign weighs accuracy against', async () => {
    expect(await formatFront(front, 'svg')).toMatch(/^<svg[\s\S]*accuracy against energy[\s\S]*<\/svg>$/);
    expect(await formatFront({ ...front, cost: 'latency' }, 'svg')).toContain('latency of a batch, 10³ cycles');
  });
});
