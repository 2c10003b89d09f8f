import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CampaignSpecSchema, NotificationSchema, type Notice } from '@espalier/contracts';
import {
  proposeCandidates,
  createCampaign,
  recordFailure,
  recordResult,
  setCampaignState,
  type Database,
} from '@espalier/store';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { withTestDatabase } from '../testing/test-database.js';
import { sendNotifications } from './send-notifications.js';

const SECRET = Buffer.from('a secret of thirty-two characters').toString('base64');
const log = pino({ level: 'silent' });
const received: { headers: Record<string, string>; body: string }[] = [];
let status = 200;
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    received.push({ headers: request.headers as Record<string, string>, body });
    response.writeHead(status).end('thanks');
  });
});
let database: Database;
withTestDatabase((opened) => (database = opened));

beforeAll(async () => {
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  receiver.close();
});
beforeEach(() => {
  received.length = 0;
  status = 200;
});

const failure = { type: 'OutOfMemoryError', message: 'no memory for a batch of one' };

async function campaignOf(
  name: string,
  on?: Notice[],
): Promise<{ id: string; candidateId: string; fail: () => Promise<void> }> {
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const spec = CampaignSpecSchema.parse({
    name,
    network: 'lenet-5',
    data: 'mnist',
    space: { density: { conv2: [0.05, 1] } },
    budget: { candidates: 12 },
    notify: { url, ...(on && { on }) },
  });
  const { id } = await createCampaign(database, spec, null);
  const schedule = { criterion: 'magnitude' as const, density: { conv2: 0.5 }, fineTune: { epochs: 1 } };
  const ask = () => ({ schedule, lineage: { origin: 'random' as const, parents: [] } });
  const [{ candidateId }] = await proposeCandidates(database, id, 1, () => Promise.resolve({ ask }));
  return { id, candidateId, fail: () => recordFailure(database, id, candidateId, 'failed', failure) };
}

// They are sent at once, and may arrive in any order.
const bodies = () =>
  received
    .map(({ body }) => NotificationSchema.parse(JSON.parse(body)))
    .sort((a, b) => Number(a.event.id) - Number(b.event.id));
const dueNow = () => database.notification.updateMany({ data: { nextTryAt: new Date(0) } });

it('sends word of a failure and of the end, each once, with a signature that holds', async () => {
  const { id, fail } = await campaignOf('tells');
  await fail();
  await setCampaignState(database, id, 'completed', null);
  await sendNotifications(database, log, SECRET);
  await dueNow();
  await sendNotifications(database, log, SECRET);

  expect(bodies().map(({ notice, campaign, event }) => [notice, campaign, event.kind])).toEqual([
    ['failure', 'tells', 'candidate-failed'],
    // With no result at all its end is a failure.
    ['failure', 'tells', 'campaign-failed'],
  ]);
  expect(bodies()[0].event.detail).toEqual(failure);
  for (const { body, headers } of received) expect(() => new Webhook(SECRET).verify(body, headers)).not.toThrow();
});

it('sends word of a result that is on the front', async () => {
  const { id, candidateId } = await campaignOf('has-a-front', ['front-member']);
  const density = { weights: 0.5, inputs: 1, outputs: 1 };
  const sizes = { conv1: 500, conv2: 25_000, fc1: 400_000, fc2: 5_000 };
  const layers = Object.entries(sizes).map(([name, weights]) => ({ name, weights, weightsLeft: weights / 2, density }));
  const measurement = { split: 'validation' as const, images: 5000, accuracy: 0.98, loss: 0.1, profile: { layers } };
  await recordResult(database, id, candidateId, { artifact: 'a'.repeat(64), bytes: 1 }, measurement);
  await sendNotifications(database, log);

  expect(bodies()).toMatchObject([
    { notice: 'front-member', event: { candidate: candidateId, detail: { accuracy: 0.98 } } },
  ]);
});

it('sends only what the campaign asks for', async () => {
  const { id, fail } = await campaignOf('tells-of-its-end', ['finish']);
  await fail();
  await setCampaignState(database, id, 'failed', failure);
  await sendNotifications(database, log);

  expect(bodies().map(({ notice, event }) => [notice, event.kind])).toEqual([['finish', 'campaign-failed']]);
  expect(received[0].headers).not.toHaveProperty('webhook-signature');
});

it('sends again, under the same id, what was refused, and not before its wait is over', async () => {
  status = 503;
  const { fail } = await campaignOf('is-refused');
  await fail();
  await sendNotifications(database, log);
  await sendNotifications(database, log);
  expect(received).toHaveLength(1);

  status = 204;
  await dueNow();
  await sendNotifications(database, log);
  expect(received).toHaveLength(2);
  expect(received[1].headers['webhook-id']).toBe(received[0].headers['webhook-id']);
  expect(await database.notification.count()).toBe(0);
});

it('gives up after a day, and says so in the log of the campaign', async () => {
  status = 500;
  const { id, fail } = await campaignOf('is-never-heard');
  await fail();
  await sendNotifications(database, log);
  await database.event.updateMany({ where: { campaignId: id }, data: { at: new Date(Date.now() - 25 * 3_600_000) } });
  await dueNow();
  await sendNotifications(database, log);

  expect(received).toHaveLength(1);
  expect(await database.notification.count()).toBe(0);
  expect(await database.event.count({ where: { campaignId: id, kind: 'notification-lost' } })).toBe(1);
});

it('is sent by one alone when two look at once', async () => {
  const { fail } = await campaignOf('is-sent-by-two');
  await fail();
  await Promise.all([sendNotifications(database, log), sendNotifications(database, log)]);
  expect(received).toHaveLength(1);
});
