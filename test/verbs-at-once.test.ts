import type { Campaign } from '@espalier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StackUnderTest, until } from './stack-under-test.js';

const stack = new StackUnderTest(18_510);
afterAll(() => stack.remove());

const spec = (name: string, epochs: number, number: number) => ({
  name,
  network: 'lenet-5',
  data: 'mnist',
  space: {
    criterion: ['magnitude'],
    // Long trainings are each of its own; short ones are answered by the first that was.
    density: { fc1: [epochs > 1 ? 0.1 + number / 100 : 0.1, 0.5] },
    fineTune: { epochs: [epochs, epochs], imagesPerEpoch: 200 },
  },
  strategy: { name: 'random', seed: 4 },
  budget: { candidates: 3 },
  parallelism: 1,
  subset: { trainingImages: 1100 },
});
const post = (path: string, body: object = {}): Promise<Response> =>
  fetch(`${stack.api}/v1/campaigns${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
const campaign = (name: string): Promise<Campaign> => stack.get(`/v1/campaigns/${name}`);

const ended = (name: string): Promise<Campaign> =>
  until(`${name} has ended`, async () => {
    const found = await campaign(name);
    return found.state === 'completed' && found;
  });

beforeAll(async () => {
  expect((await stack.espalier('up')).code).toBe(0);
  // The dense network is trained and its schedules are answered once: the others have nothing to
  // wait for.
  expect((await post('', spec('first', 1, 0))).status).toBe(201);
  await ended('first');
}, 120_000);

type Verbs = Readonly<Record<string, readonly [path: string, body?: object]>>;
const OF_RUNNING: Verbs = {
  pause: ['/pause'],
  'pause-now': ['/pause', { now: true }],
  resume: ['/resume'],
  cancel: ['/cancel'],
};
const OF_ENDED: Verbs = {
  extend: ['/extend', { candidates: 4 }],
  retry: ['/retry-failed', {}],
  archive: ['/archive'],
  reevaluate: ['/reevaluate', { seeds: 1 }],
  delete: ['/delete', {}],
};
/** Each with each, itself included. */
const pairsOf = (verbs: Verbs): [string, string][] => {
  const names = Object.keys(verbs);
  return names.flatMap((a, i) => names.slice(i).map((b): [string, string] => [a, b]));
};

async function launchAll(pairs: [string, string][], epochs: number): Promise<void> {
  for (const [number, pair] of pairs.entries()) {
    expect((await post('', spec(pair.join('-and-'), epochs, number))).status).toBe(201);
  }
}

/** What two people get who say two verbs at the same moment. */
async function sayAtOnce(verbs: Verbs, pair: [string, string]): Promise<number[]> {
  const answers = await Promise.all(
    pair.map((verb) => {
      const [path, body] = verbs[verb];
      return post(`/${pair.join('-and-')}${path}`, body);
    }),
  );
  return answers.map(({ status }) => status);
}

describe('two verbs at once, of a campaign that runs', () => {
  const pairs = pairsOf(OF_RUNNING);
  it('are each done or refused, and leave it in a state that goes on', async () => {
    await launchAll(pairs, 900);
    await until('all of them run', async () => {
      const { items } = await stack.get<{ items: Campaign[] }>('/v1/campaigns');
      return items.filter(({ counts }) => counts.running > 0).length === pairs.length;
    });
    for (const pair of pairs) {
      const name = pair.join('-and-');
      const statuses = await sayAtOnce(OF_RUNNING, pair);
      expect([name, statuses.filter((status) => ![202, 409].includes(status))]).toEqual([name, []]);
      if (!pair.includes('cancel')) {
        expect(['running', 'paused']).toContain((await campaign(name)).state);
        expect((await post(`/${name}/resume`)).status).toBe(202);
        expect((await campaign(name)).state).toBe('running');
        expect((await post(`/${name}/cancel`)).status).toBe(202);
      }
      const { counts } = await until(`${name} is cancelled`, async () => {
        const found = await campaign(name);
        return found.state === 'cancelled' && found;
      });
      expect([name, counts.pending, counts.running]).toEqual([name, 0, 0]);
    }
  }, 240_000);
});

describe('two verbs at once, of a campaign that has ended', () => {
  const pairs = pairsOf(OF_ENDED);
  it('are each done or refused, and leave it ended again, or gone', async () => {
    await launchAll(pairs, 1);
    for (const pair of pairs) await ended(pair.join('-and-'));
    for (const pair of pairs) {
      const name = pair.join('-and-');
      const statuses = await sayAtOnce(OF_ENDED, pair);
      expect([name, statuses.filter((status) => ![200, 202, 404, 409].includes(status))]).toEqual([name, []]);
      const isDeleted = pair.some((verb, i) => verb === 'delete' && statuses[i] === 200);
      if (isDeleted) {
        expect((await fetch(`${stack.api}/v1/campaigns/${name}`)).status).toBe(404);
        continue;
      }
      const { counts } = await ended(name);
      expect([name, counts.pending, counts.running]).toEqual([name, 0, 0]);
      const isExtended = pair.some((verb, i) => verb === 'extend' && statuses[i] === 202);
      expect([name, counts.completed + counts.failed]).toEqual([name, isExtended ? 4 : 3]);
    }
  }, 240_000);
});
