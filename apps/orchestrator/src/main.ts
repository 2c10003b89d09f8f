import { createRequire } from 'node:module';
import { logTemporalTo } from '@espalier/logging';
import { openDatabase } from '@espalier/store';
import { startTracing } from '@espalier/tracing';
import { ORCHESTRATOR_QUEUE } from '@espalier/contracts';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { createCampaignActivities, withEarlierNames } from './activities/campaign-activities.js';
import { readConfig } from './config.js';
import { findWorkerDeviceClass } from './activities/find-worker-device-class.js';
import { sendNotifications } from './pollers/send-notifications.js';
import { startCampaigns } from './pollers/start-campaigns.js';

const LOOK_EVERY_MS = 2_000;

const config = readConfig();
const log = pino({ name: 'orchestrator', level: config.LOG_LEVEL });
logTemporalTo(log);

const tracing = startTracing('orchestrator');
const database = openDatabase(config.DATABASE_URL);
const connection = await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS });
const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
const worker = await Worker.create({
  connection,
  namespace: config.TEMPORAL_NAMESPACE,
  taskQueue: ORCHESTRATOR_QUEUE,
  workflowsPath: createRequire(import.meta.url).resolve('@espalier/workflows'),
  activities: withEarlierNames(
    createCampaignActivities({
      database,
      client: new Client({ connection, namespace: config.TEMPORAL_NAMESPACE, plugins: tracing.plugins }),
      deviceClass: () => findWorkerDeviceClass(database),
    }),
  ),
  // Batched activities hold a slot while they wait.
  maxConcurrentWorkflowTaskExecutions: 200,
  maxConcurrentLocalActivityExecutions: 400,
  shutdownGraceTime: '10s',
  plugins: tracing.plugins,
});

const looks = [
  everyNowAndThen('look for campaigns to start', () => startCampaigns(database, client, log)),
  everyNowAndThen('send notifications', () => sendNotifications(database, log, config.ESPALIER_WEBHOOK_SECRET)),
];

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => worker.shutdown());
log.info('the orchestrator takes work');
await worker.run();
await Promise.all(looks.map((stop) => stop()));
await connection.close();
await database.$disconnect();
await tracing.stop();

/** @returns what ends it, when the last time is over */
function everyNowAndThen(what: string, look: () => Promise<void>): () => Promise<void> {
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => log.warn({ error }, `cannot ${what}; trying again`))
      .finally(() => (looking = undefined));
  }, LOOK_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await looking;
  };
}
