import type { Campaign, CampaignEvent, Candidate } from '@espalier/contracts';
import { until, type StackUnderTest } from './stack-under-test.js';

/** A campaign's file whose three candidates are trained in seconds, by name and criterion. */
export const smallCampaign = (name: string, criterion: string): string => `
name: ${name}
network: lenet-5
data: mnist
batch: 4
space:
  criterion: [${criterion}]
  density: { conv2: [0.3, 1], fc1: [0.1, 0.5] }
  fineTune: { epochs: [1, 1], imagesPerEpoch: 200 }
strategy: { name: random, seed: 4 }
budget: { candidates: 3 }
parallelism: 2
subset: { trainingImages: 1100 }
`;

/** What the API says of campaigns, by name. */
export class CampaignsOf {
  constructor(private readonly stack: StackUnderTest) {}

  readonly campaign = (name: string): Promise<Campaign> => this.stack.get(`/v1/campaigns/${name}`);

  readonly candidates = async (name: string): Promise<Candidate[]> =>
    (await this.stack.get<{ items: Candidate[] }>(`/v1/campaigns/${name}/candidates`)).items;

  readonly events = async (name: string): Promise<CampaignEvent[]> =>
    (await this.stack.get<{ items: CampaignEvent[] }>(`/v1/campaigns/${name}/events`)).items;

  readonly completed = (name: string): Promise<Campaign> => this.#ended(name, 'completed');

  /** None of its candidates has a result. */
  readonly failed = (name: string): Promise<Campaign> => this.#ended(name, 'failed');

  #ended(name: string, state: Campaign['state']): Promise<Campaign> {
    return until(`the campaign is ${state}`, async () => {
      const found = await this.campaign(name);
      return found.state === state ? found : undefined;
    });
  }
}
