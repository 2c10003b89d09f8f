import { cpus, hostname } from 'node:os';
import { join } from 'node:path';
import { deviceQueue } from '@espalier/contracts';
import { logTemporalTo } from '@espalier/logging';
import { NativeConnection, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { readConfig } from './config.js';
import { keepRegistered } from './registration.js';
import { TrainingProcesses } from './training-activities.js';

const config = readConfig();
const log = pino({ name: 'worker', level: config.LOG_LEVEL });
logTemporalTo(log);

const training = new TrainingProcesses({
  artifacts: config.ESPALIER_ARTIFACTS,
  dataCache: join(config.ESPALIER_CACHE, 'data'),
  threads: config.threads,
});
const connection = await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS });
const worker = await Worker.create({
  connection,
  namespace: config.TEMPORAL_NAMESPACE,
  taskQueue: deviceQueue(config.ESPALIER_DEVICE_CLASS),
  identity: config.id,
  activities: { ...training.activities() },
  maxConcurrentActivityTaskExecutions: config.slots,
  shutdownGraceTime: '1s',
  // Cancellation travels with heartbeats: unthrottled, a cancelled training stops within seconds.
  maxHeartbeatThrottleInterval: '2s',
});
const registration = keepRegistered(
  config.ESPALIER_API_URL,
  {
    id: config.id,
    deviceClass: config.ESPALIER_DEVICE_CLASS,
    device: cpus()[0]?.model ?? 'unknown',
    host: hostname(),
    slots: config.slots,
  },
  log,
);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => worker.shutdown());
log.info({ slots: config.slots, deviceClass: config.ESPALIER_DEVICE_CLASS }, 'the worker takes work');
await worker.run();
registration.stop();
training.close();
await connection.close();
process.exit(0);
