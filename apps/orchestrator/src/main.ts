import { createRequire } from 'node:module';
import { logTemporalTo } from '@espalier/logging';
import { listWorkers, openDatabase } from '@espalier/store';
import { ORCHESTRATOR_QUEUE } from '@espalier/contracts';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { createBookkeepingActivities } from './bookkeeping-activities.js';
import { readConfig } from './config.js';
import { startCampaigns } from './start-campaigns.js';

const LOOK_FOR_CAMPAIGNS_MS = 2_000;

const config = readConfig();
const log = pino({ name: 'orchestrator', level: config.LOG_LEVEL });
logTemporalTo(log);

const database = openDatabase(config.DATABASE_URL);
const connection = await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS });
const worker = await Worker.create({
  connection,
  namespace: config.TEMPORAL_NAMESPACE,
  taskQueue: ORCHESTRATOR_QUEUE,
  workflowsPath: createRequire(import.meta.url).resolve('@espalier/workflows'),
  activities: createBookkeepingActivities({
    database,
    // A campaign trains on cards where there are any.
    deviceClass: async () => {
      const workers = await listWorkers(database);
      return workers.some(({ deviceClass, state }) => deviceClass === 'gpu' && state === 'ready') ? 'gpu' : 'cpu';
    },
  }),
  shutdownGraceTime: '10s',
});

const client = new Client({
  connection: await Connection.connect({ address: config.TEMPORAL_ADDRESS }),
  namespace: config.TEMPORAL_NAMESPACE,
});
let looking: Promise<void> = Promise.resolve();
const timer = setInterval(() => {
  looking = looking
    .then(() => startCampaigns(database, client, log))
    .catch((error: unknown) => log.warn({ error }, 'cannot look for campaigns to start; trying again'));
}, LOOK_FOR_CAMPAIGNS_MS);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => worker.shutdown());
log.info('the orchestrator takes work');
await worker.run();
clearInterval(timer);
await looking;
await client.connection.close();
await connection.close();
await database.$disconnect();
