import {
  CampaignSpecSchema,
  type CampaignSpec,
  type CampaignSpecInput,
  type Measurement,
  type ProposedCandidate,
} from '@espalier/contracts';
import { createCampaign } from '../campaigns/create-campaign.js';
import { proposeCandidates } from '../candidates/propose-candidates.js';
import type { Database } from '../database/client.js';

export const artifact = (n: number): string => n.toString(16).padStart(64, '0');
export const spec = (name: string, change: Partial<CampaignSpecInput> = {}): CampaignSpec =>
  CampaignSpecSchema.parse({
    name,
    network: 'lenet-5',
    data: 'mnist',
    space: { density: { conv2: [0.05, 1] } },
    budget: { candidates: 12 },
    ...change,
  });
export const measurement = (
  accuracy: number,
  weights: number,
  split: 'validation' | 'test' = 'validation',
): Measurement => ({
  split,
  images: 5000,
  accuracy,
  loss: 0.1,
  profile: {
    layers: [
      ['conv1', 500],
      ['conv2', 25_000],
      ['fc1', 400_000],
      ['fc2', 5_000],
    ].map(([name, count]) => ({
      name: String(name),
      weights: Number(count),
      weightsLeft: Math.round(Number(count) * weights),
      density: { weights, inputs: 0.5, outputs: 0.5 },
    })),
  },
});
export const schedule = { criterion: 'magnitude' as const, density: { conv2: 0.5 }, fineTune: { epochs: 1 } };
export const ask = () =>
  Promise.resolve({ ask: () => ({ schedule, lineage: { origin: 'random' as const, parents: [] } }) });

/** A campaign with this number of proposed candidates. */
export async function campaignWith(
  database: Database,
  name: string,
  candidates: number,
  change: Partial<CampaignSpecInput> = {},
): Promise<{ id: string; candidates: ProposedCandidate[] }> {
  const { id } = await createCampaign(database, spec(name, change), null);
  return { id, candidates: await proposeCandidates(database, id, candidates, ask) };
}
