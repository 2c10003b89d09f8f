import { describe, expect, it } from '@jest/globals';
import { artifact, campaignWith, measurement } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import {
  unreferencedArtifactCutoff,
  recordResult,
  setCampaignState,
  findUnreferencedArtifacts,
  type Database,
} from '../index.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

const HOUR = 3_600_000;

describe('what trainings leave on their way', () => {
  it('is what no result names, and no campaign as its weights', async () => {
    const own = artifact(77);
    const { id, candidates } = await campaignWith(database, 'named', 1, { weights: own });
    const model = { artifact: artifact(1), bytes: 1 };
    await recordResult(database, id, candidates[0].candidateId, model, measurement(0.9, 0.5));
    const many = Array.from({ length: 40_000 }, (_, i) => artifact(1000 + i));
    const unnamed = await findUnreferencedArtifacts(database, [artifact(1), own, ...many]);
    expect(unnamed.size).toBe(40_000);
    expect(unnamed.has(artifact(1)) || unnamed.has(own)).toBe(false);
    await setCampaignState(database, id, 'completed', null);
  });

  it('may be needed while a campaign is not over that was there when it was written', async () => {
    expect(Date.now() - (await unreferencedArtifactCutoff(database)).getTime()).toBeLessThan(1.1 * HOUR);
    const { id } = await campaignWith(database, 'begun-long-ago', 1);
    const createdAt = new Date(Date.now() - 100 * HOUR);
    await database.campaign.update({ where: { id }, data: { createdAt } });
    expect((await unreferencedArtifactCutoff(database)).getTime()).toBeLessThan(createdAt.getTime());
    await setCampaignState(database, id, 'cancelled', null);
    expect(Date.now() - (await unreferencedArtifactCutoff(database)).getTime()).toBeLessThan(1.1 * HOUR);
  });
});
