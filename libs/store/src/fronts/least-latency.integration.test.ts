import { networkCosts, priceProfile } from '@espalier/pricing';
import type { Measurement } from '@espalier/contracts';
import { describe, expect, it } from '@jest/globals';
import { artifact, campaignWith, measurement, spec } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import {
  proposeCandidates,
  readFront,
  recordResult,
  repriceCampaign,
  tellCandidates,
  type Database,
} from '../index.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

/** Cycles go where the convolutions are, energy where the weights are. */
const keeping = (accuracy: number, convolutions: number, others: number): Measurement => {
  const whole = measurement(accuracy, 1);
  const layers = whole.profile.layers.map((layer) => ({
    ...layer,
    density: { ...layer.density, weights: layer.name.startsWith('conv') ? convolutions : others },
  }));
  return { ...whole, profile: { layers } };
};
const fast = keeping(0.9, 0.1, 1);
const frugal = keeping(0.95, 1, 0.1);
const costsOn = (accelerator: string, { profile }: Measurement) =>
  networkCosts(priceProfile(spec('x', { accelerator }), profile));

async function measured(name: string, objective: 'energy' | 'latency', rungs?: { epochs: number[]; keep: number }) {
  const { id, candidates } = await campaignWith(database, name, 2, {
    objectives: ['accuracy', objective],
    space: { density: { conv2: [0.05, 1] }, fineTune: { epochs: [1, 1] } },
    ...(rungs && { rungs }),
  });
  for (const [i, result] of [fast, frugal].entries()) {
    const model = { artifact: artifact(i + 1), bytes: 1 };
    await recordResult(database, id, candidates[i].candidateId, model, result);
  }
  await tellCandidates(
    database,
    id,
    candidates.map(({ candidateId }) => candidateId),
  );
  return id;
}

describe('a campaign that weighs accuracy against latency', () => {
  it('has a front of what is faster or more accurate, where one that weighs it against energy has another', async () => {
    const [ours, theirs] = [costsOn('eyeriss', fast), costsOn('eyeriss', frugal)];
    expect(ours.energy).toBeGreaterThan(theirs.energy);
    const byLatency = await readFront(database, await measured('fast', 'latency'));
    expect([byLatency.cost, byLatency.points.map(({ number }) => number)]).toEqual(['latency', [0, 1]]);
    expect(byLatency.points.map(({ latency }) => latency)).toEqual([ours.latency, theirs.latency]);
    const byEnergy = await readFront(database, await measured('frugal', 'energy'));
    expect([byEnergy.cost, byEnergy.points.map(({ number }) => number)]).toEqual(['energy', [1]]);
  });

  it('has the latencies of another chip when it is priced on that', async () => {
    const id = await measured('repriced', 'latency');
    expect(await repriceCampaign(database, id, { accelerator: 'eyeriss' })).toEqual(await readFront(database, id));
    const { cost, points } = await repriceCampaign(database, id, { accelerator: 'eyeriss-v2' });
    expect(cost).toBe('latency');
    expect(points.map(({ latency }) => latency)).toContain(costsOn('eyeriss-v2', fast).latency);
  });

  it('has the faster go on from a rung, where one of energy has the more frugal go on', async () => {
    for (const [objective, best] of [
      ['latency', 0],
      ['energy', 1],
    ] as const) {
      const id = await measured(`rungs-${objective}`, objective, { epochs: [0], keep: 0.5 });
      const promoted = await proposeCandidates(database, id, 1, () =>
        Promise.reject(new Error('asks for nothing new')),
      );
      expect(promoted.map(({ number }) => number)).toEqual([best]);
    }
  });
});
