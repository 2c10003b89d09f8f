import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PruningScheduleSchema, ScheduleSpaceSchema } from '@espalier/contracts';
import { RandomStream } from '@espalier/random';
import { ScheduleCoding } from '@espalier/search';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { candidateCsv } from '../output/candidate-csv.js';
import { readPriorResults } from './read-prior-results.js';
import { readSpec } from './read-spec.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'results-'))));
afterAll(() => rm(folder, { recursive: true }));

async function read(csv: string) {
  const path = join(folder, 'results.csv');
  await writeFile(path, csv);
  return readPriorResults(path);
}
const refusalOf = (csv: string): Promise<string> =>
  read(csv).then(
    () => 'accepted',
    (error: Error) => error.message.replace(folder, ''),
  );

const coding = new ScheduleCoding(
  ScheduleSpaceSchema.parse({
    criterion: ['magnitude', '2:4'],
    allocation: ['layer', 'lamp'],
    density: { 'block1.conv-a': [0.1, 1], fc1: [0.01, 0.5] },
    filters: { density: { 'block1.conv-a': [0.3, 1] }, epochs: [1, 4] },
    loop: { accuracyLoss: 0.01 },
    fineTune: {
      epochs: [0, 5],
      optimizer: ['sgd', 'adam'],
      learningRate: [0.001, 0.1],
      distillation: [0, 1],
      patience: 2,
    },
  }),
);

describe('results to begin with', () => {
  it('are read as they were written, every field of the schedule', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), async (seed) => {
        const schedules = [0, 1, 2].map((n) =>
          PruningScheduleSchema.parse(coding.decode(coding.random(new RandomStream(seed, n)))),
        );
        const rows = schedules.map((schedule, number) => ({
          id: `candidate-${number}`,
          number,
          schedule,
          validationAccuracy: 0.9 + number / 100,
          testAccuracy: null,
          energy: 1e6 / (number + 1),
          latency: null,
          weightsLeft: 0.5,
        }));
        expect(await read(candidateCsv(rows, { cost: 'energy', dense: null }))).toEqual(
          rows.map(({ schedule, validationAccuracy, energy }) => ({ schedule, accuracy: validationAccuracy, energy })),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('leave out candidates that have no accuracy', async () => {
    const csv =
      'validation_accuracy,energy,criterion,density.fc1,fineTune.epochs\n,,magnitude,0.5,1\n0.9,1e6,magnitude,0.4,1\n';
    expect(await read(csv)).toHaveLength(1);
  });

  it('are refused with the columns that are missing', async () => {
    expect(await refusalOf('validation_accuracy,criterion,fineTune.epochs\n0.9,magnitude,1\n')).toMatch(
      /results\.csv has no column energy, density\.<layer>; .*candidate list/,
    );
    expect(await refusalOf('')).toMatch(/has no rows/);
  });

  it('are refused with line, column and value of what is wrong', async () => {
    const csv =
      'validation_accuracy,energy,criterion,density.fc1,fineTune.epochs\n0.9,1e6,magnitude,0.4,1\n90,1e6,magnitude,1.5,1\n0.9,-1,guess,0.5,1\n';
    const refusal = await refusalOf(csv);
    expect(refusal).toMatch(/line 3, validation_accuracy "90": /);
    expect(refusal).toMatch(/line 3, density\.fc1 "1.5": /);
    expect(refusal).toMatch(/line 4, energy "-1": /);
    expect(refusal).toMatch(/line 4, criterion "guess": /);
  });

  it('are refused when the file is no CSV', async () => {
    expect(await refusalOf('a,b\n1,2,3\n')).toMatch(/is not CSV/);
  });

  it('are named in a campaign beside other campaigns', async () => {
    await writeFile(
      join(folder, 'known.csv'),
      'validation_accuracy,energy,criterion,density.fc1,fineTune.epochs\n0.9,1e6,magnitude,0.4,1\n',
    );
    await writeFile(
      join(folder, 'campaign.yaml'),
      'name: x\nnetwork: lenet-5\ndata: mnist\nspace: { density: { fc1: [0, 1] } }\nbudget: { candidates: 4 }\nwarmStart: [earlier, known.csv]\n',
    );
    const { warmStart, priorResults } = await readSpec(join(folder, 'campaign.yaml'));
    expect(warmStart).toEqual(['earlier']);
    expect(priorResults).toMatchObject([{ accuracy: 0.9, energy: 1e6 }]);
    const more = await readSpec(join(folder, 'campaign.yaml'), ['another', join(folder, 'known.csv')]);
    expect(more.warmStart).toEqual(['earlier', 'another']);
    expect(more.priorResults).toHaveLength(2);
  });
});
