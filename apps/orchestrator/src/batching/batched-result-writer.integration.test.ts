import { CampaignSpecSchema } from '@espalier/contracts';
import { proposeCandidates, createCampaign, listCandidates, type Database } from '@espalier/store';
import { expect, it } from '@jest/globals';
import { withTestDatabase } from '../testing/test-database.js';
import { batchedResultWriter } from './batched-result-writer.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

async function campaignOf(name: string) {
  const spec = CampaignSpecSchema.parse({
    name,
    network: 'lenet-5',
    data: 'mnist',
    space: { density: { fc1: [0.1, 1] } },
    budget: { candidates: 1 },
  });
  const { id: campaignId } = await createCampaign(database, spec, null);
  const schedule = { criterion: 'magnitude' as const, density: { fc1: 0.5 }, fineTune: { epochs: 1 } };
  const lineage = { origin: 'random' as const, parents: [] };
  const asking = () => Promise.resolve({ ask: () => ({ schedule, lineage }) });
  const [{ candidateId }] = await proposeCandidates(database, campaignId, 1, asking);
  const layer = { weights: 400_000, weightsLeft: 200_000, density: { weights: 0.5, inputs: 1, outputs: 1 } };
  const layers = ['conv1', 'conv2', 'fc1', 'fc2'].map((name) => ({ name, ...layer }));
  const measured = { split: 'validation' as const, images: 5000, accuracy: 0.9, loss: 0.1, profile: { layers } };
  const model = { artifact: campaignId.replaceAll('-', '').repeat(2), bytes: 7 };
  return { campaignId, result: { campaignId, candidateId, model, measurement: measured } };
}

async function stateIn(campaignId: string) {
  const { items } = await listCandidates(database, campaignId, { sort: 'number', order: 'asc', limit: 9 });
  return items.map(({ state }) => state);
}

it('a campaign that is locked keeps no other from writing its results, and has its own when it is free', async () => {
  const [busy, free, another] = [await campaignOf('busy'), await campaignOf('free'), await campaignOf('another')];
  const write = batchedResultWriter(database);
  const late = await database.$transaction(
    async (transaction) => {
      await transaction.$executeRaw`SELECT id FROM campaigns WHERE id = ${busy.campaignId}::uuid FOR UPDATE`;
      const waiting = write(busy.result);
      await Promise.all([write(free.result), write(another.result)]);
      expect(await stateIn(free.campaignId)).toEqual(['completed']);
      expect(await stateIn(busy.campaignId)).toEqual(['pending']);
      return { waiting };
    },
    { timeout: 20_000 },
  );
  await late.waiting;
  expect(await stateIn(busy.campaignId)).toEqual(['completed']);
});

it('a campaign that has something wrong keeps no other from writing its results, and says what it is', async () => {
  const [broken, sound] = [await campaignOf('broken'), await campaignOf('sound')];
  await database.campaign.update({ where: { id: broken.campaignId }, data: { spec: {} } });
  const write = batchedResultWriter(database);
  const [wrong, right] = await Promise.allSettled([write(broken.result), write(sound.result)]);
  expect(right.status).toBe('fulfilled');
  expect(wrong).toMatchObject({ status: 'rejected', reason: { name: 'ZodError' } });
  expect(await stateIn(sound.campaignId)).toEqual(['completed']);
});
