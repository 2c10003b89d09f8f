import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { campaignStart, CampaignSpecSchema, ORCHESTRATOR_QUEUE } from '@espalier/contracts';
import { startTestTemporal } from '@espalier/embedded/testing';
import { createCampaign, listEvents, unfinishedCampaigns, type Database } from '@espalier/store';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { withTestDatabase } from '../testing/test-database.js';
import { createCampaignActivities } from './campaign-activities.js';

// The bundle of workflows is made of what was compiled.
const WORKFLOWS = fileURLToPath(new URL('../../../../libs/workflows/dist/index.js', import.meta.url));

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await holds());) {
    if (Date.now() > deadline) throw new Error(`not within a minute: ${String(holds)}`);
    await setTimeout(100);
  }
}

let database: Database;
withTestDatabase((opened) => (database = opened));
let temporal: Awaited<ReturnType<typeof startTestTemporal>>;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  temporal = await startTestTemporal();
}, 60_000);
afterAll(() => temporal.stop());

it('an activity that keeps failing is in the log of its campaign once, and the campaign goes on when it is mended', async () => {
  const connection = await NativeConnection.connect({ address: temporal.address });
  const client = new Client({ connection });
  const worker = await Worker.create({
    connection,
    taskQueue: ORCHESTRATOR_QUEUE,
    workflowsPath: WORKFLOWS,
    activities: createCampaignActivities({ database, client, deviceClass: () => Promise.resolve(null) }),
  });
  const spec = CampaignSpecSchema.parse({
    name: 'broken',
    network: 'lenet-5',
    data: 'mnist',
    space: { density: { fc1: [0.1, 1] } },
    budget: { candidates: 1 },
  });
  const { id } = await createCampaign(database, spec, null);
  const [unfinished] = await unfinishedCampaigns(database);
  await database.campaign.update({ where: { id }, data: { spec: { ...spec, batch: 'many' } } });
  await worker.runUntil(async () => {
    await client.workflow.start('campaign', campaignStart(unfinished));
    const { workflow } = client;
    const attempts = async (): Promise<number> => {
      const { raw } = await workflow.getHandle(`campaign-${id}`).describe();
      return raw.pendingActivities?.[0]?.attempt ?? 0;
    };
    await until(async () => (await attempts()) >= 3);
    const events = await listEvents(database, id, 10, 'attempt-failed');
    expect(events.map(({ candidate, detail }) => [candidate, detail])).toEqual([
      [null, expect.objectContaining({ activity: 'loadPlan', type: 'ZodError', attempt: 1 })],
    ]);
    await database.campaign.update({ where: { id }, data: { spec } });
    await until(async () => (await database.campaign.findUniqueOrThrow({ where: { id } })).state === 'running');
    await workflow.getHandle(`campaign-${id}`).terminate();
  });
  await connection.close();
});
