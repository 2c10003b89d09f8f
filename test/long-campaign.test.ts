import { chmodSync, closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { campaignWorkflowId, type CandidateDetail, type Front } from '@espalier/contracts';
import { databaseUrl, portsFrom, temporalBinary } from '@espalier/embedded';
import { openDatabase } from '@espalier/store';
import { cancelUpdate, pauseUpdate, resumeUpdate } from '@espalier/workflows/client';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CampaignsOf, smallCampaign } from './small-campaigns.js';
import { StackUnderTest, until } from './stack-under-test.js';

const CANDIDATES = 12;
const longCampaign = (name: string, criterion: string): string =>
  smallCampaign(name, criterion).replace('candidates: 3', `candidates: ${CANDIDATES}`);
const stack = new StackUnderTest(18_400);
const ports = portsFrom(stack.portBase);
let connection: Connection;
const temporal = (): Client => new Client({ connection });
const { campaign, candidates, events, completed } = new CampaignsOf(stack);

beforeAll(async () => {
  // Some hundred times as early as Temporal would ask for it: what takes days otherwise takes
  // seconds.
  const early = stack.write(
    'temporal.sh',
    `#!/bin/sh\nexec '${temporalBinary()}' "$@" --dynamic-config-value limit.historyCount.suggestContinueAsNew=40\n`,
  );
  chmodSync(early, 0o755);
  stack.env.ESPALIER_TEMPORAL = early;
  expect((await stack.espalier('up')).code).toBe(0);
  connection = await Connection.connect({ address: `127.0.0.1:${ports.temporal}` });
});
afterAll(async () => {
  await connection.close();
  await stack.remove();
});

it('a campaign that is long continues as new, again and again, and misses or doubles nothing on the way', async () => {
  const file = stack.write('long.yaml', longCampaign('long', 'magnitude'));
  expect((await stack.espalier('campaign', 'launch', file)).code).toBe(0);
  const { id } = await completed('long');

  // The store knows of the end before Temporal's list does.
  const ends = await until('its workflow has ended', async () => {
    const runs: string[] = [];
    for await (const { status } of temporal().workflow.list({ query: `WorkflowId = '${campaignWorkflowId(id)}'` })) {
      runs.push(status.name);
    }
    return !runs.includes('RUNNING') && runs;
  });
  expect(ends.filter((end) => end === 'CONTINUED_AS_NEW').length).toBeGreaterThan(2);
  expect(ends.filter((end) => end !== 'CONTINUED_AS_NEW')).toEqual(['COMPLETED']);

  const all = await candidates('long');
  expect(all.map(({ number }) => number).sort((a, b) => a - b)).toEqual([...Array(CANDIDATES).keys()]);
  const kinds = (await events('long')).map(({ kind }) => kind);
  const said = (kind: string): number => kinds.filter((each) => each === kind).length;
  const { points } = await stack.get<Front>('/v1/campaigns/long/front');
  expect(said('candidate-completed')).toBe(CANDIDATES);
  expect(said('candidate-tested')).toBe(points.length);
  expect(points.every(({ testAccuracy }) => testAccuracy !== null)).toBe(true);
});

it('a campaign that is cancelled while it waits to continue as new, for another verb to be recorded, ends', async () => {
  const file = stack.write('halted.yaml', longCampaign('halted', 'taylor'));
  expect((await stack.espalier('campaign', 'launch', file)).code).toBe(0);
  await until('it has begun', async () => (await campaign('halted')).counts.completed > 0);
  expect((await stack.espalier('campaign', 'pause', 'halted')).code).toBe(0);
  await until('what was under way is done', async () => {
    const { pending, running } = (await campaign('halted')).counts;
    return pending + running === 0;
  });
  const { id } = await campaign('halted');
  const workflow = temporal().workflow.getHandle(campaignWorkflowId(id));
  // While it rests, until Temporal would have it continue as new; it does when the next verb wakes
  // it.
  for (let times = 0; times < 10; times++) await workflow.executeUpdate(pauseUpdate, { args: [undefined] });
  const database = openDatabase(databaseUrl(ports.postgres));
  const resumed = await database.$transaction(
    async (transaction) => {
      // The verb that wakes it cannot be recorded yet.
      await transaction.$executeRaw`SELECT id FROM campaigns WHERE id = ${id}::uuid FOR UPDATE`;
      const resuming = await workflow.startUpdate(resumeUpdate, { waitForStage: 'ACCEPTED' });
      await workflow.executeUpdate(cancelUpdate);
      return resuming;
    },
    { timeout: 30_000 },
  );
  await database.$disconnect();
  await resumed.result();
  await until('it is cancelled', async () => (await campaign('halted')).state === 'cancelled');
});

/**
 * Launches a campaign of three, and has all of them done while it does not know yet that there are
 * no more.
 */
async function allButEnded(name: string, criterion: string): Promise<void> {
  const file = stack.write(
    `${name}.yaml`,
    smallCampaign(name, criterion)
      .replace('[1, 1], imagesPerEpoch: 200', '[12, 12], imagesPerEpoch: 1000')
      .replace('parallelism: 2', 'parallelism: 3'),
  );
  expect((await stack.espalier('campaign', 'launch', file)).code).toBe(0);
  // Paused before the first of them is done, it asks for no more.
  await until('all are asked for', async () => (await candidates(name)).length === 3);
  expect((await stack.espalier('campaign', 'pause', name)).code).toBe(0);
  await until('what was under way is done', async () => (await campaign(name)).counts.completed === 3);
}

function damage(artifact: string): void {
  const model = openSync(join(stack.home, 'artifacts', 'objects', artifact.slice(0, 2), artifact), 'r+');
  writeSync(model, 'damaged', 1000);
  closeSync(model);
}

it('a campaign whose front has a damaged model at its end makes it again, the same bit for bit', async () => {
  await allButEnded('damaged', 'random');
  const [{ id }] = (await stack.get<Front>('/v1/campaigns/damaged/front')).points;
  damage(String((await stack.get<CandidateDetail>(`/v1/candidates/${id}`)).artifact));
  expect((await stack.espalier('campaign', 'resume', 'damaged')).code).toBe(0);
  await completed('damaged');
  const { points } = await stack.get<Front>('/v1/campaigns/damaged/front');
  expect(points.every(({ testAccuracy }) => testAccuracy !== null)).toBe(true);
  const exported = await stack.espalier('candidate', 'export', id, '--out', join(stack.home, 'exported'));
  expect(exported).toMatchObject({ code: 0 });
});

it('a campaign one of whose members cannot be made again ends with the others tested, and says so', async () => {
  await allButEnded('lost', 'snip');
  const { dense } = await campaign('lost');
  const [{ id }] = (await stack.get<Front>('/v1/campaigns/lost/front')).points;
  damage(String((await stack.get<CandidateDetail>(`/v1/candidates/${id}`)).artifact));
  damage(String(dense?.artifact));
  expect((await stack.espalier('campaign', 'resume', 'lost')).code).toBe(0);
  await completed('lost');
  const { points } = await stack.get<Front>('/v1/campaigns/lost/front');
  expect(points.filter(({ testAccuracy }) => testAccuracy === null).map((point) => point.id)).toEqual([id]);
  const said = (await events('lost')).filter(({ kind }) => kind === 'candidate-untested');
  expect(said.map(({ candidate }) => candidate)).toEqual([id]);
});
