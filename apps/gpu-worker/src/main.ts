import { hostname } from 'node:os';
import { join } from 'node:path';
import { FolderArtifactStore } from '@espalier/artifacts';
import { deviceQueue, type WorkerRegistration } from '@espalier/contracts';
import { logTemporalTo } from '@espalier/logging';
import { startTracing } from '@espalier/tracing';
import { NativeConnection, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { AttemptErrors } from './process/attempt-errors.js';
import { readConfig } from './config.js';
import { DeviceUses } from './device/device-use.js';
import { Registration } from './device/registration.js';
import { TrainingProcesses } from './process/training-activities.js';

const config = readConfig();
const log = pino({ name: 'worker', level: config.LOG_LEVEL });
logTemporalTo(log);
const tracing = startTracing('worker');

await new FolderArtifactStore(config.ESPALIER_ARTIFACTS).removeHalfWritten();
const training = new TrainingProcesses(
  {
    artifacts: config.ESPALIER_ARTIFACTS,
    apiUrl: config.ESPALIER_API_URL,
    workerId: config.id,
    dataCache: join(config.ESPALIER_CACHE, 'data'),
    deviceClass: config.device.deviceClass,
    threads: config.threads,
  },
  new DeviceUses(config.ESPALIER_API_URL, config.id, config.slots),
  new AttemptErrors(config.ESPALIER_API_URL, config.id),
);

let state: WorkerRegistration['state'] = 'ready';
let reason: string | null = null;
try {
  await training.selfTest();
} catch (error) {
  state = 'unfit';
  reason = `the device failed its self-test: ${error instanceof Error ? error.message : String(error)}`;
  log.error({ error }, 'the device fails its self-test: the worker takes no work');
}
const registration = new Registration(
  config.ESPALIER_API_URL,
  () => ({
    id: config.id,
    deviceClass: config.device.deviceClass,
    device: config.device.name,
    host: hostname(),
    slots: config.slots,
    busy: training.busy,
    state,
    reason,
  }),
  () => void drain(),
  log,
);

const connection = await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS });
const worker = await Worker.create({
  connection,
  namespace: config.TEMPORAL_NAMESPACE,
  taskQueue: deviceQueue(config.device.deviceClass),
  identity: config.id,
  activities: { ...training.activities() },
  maxConcurrentActivityTaskExecutions: config.slots,
  shutdownGraceTime: '1s',
  // Cancellation travels with heartbeats: unthrottled, a cancelled training stops within seconds.
  maxHeartbeatThrottleInterval: '2s',
  plugins: tracing.plugins,
});
let stopped: () => void = () => undefined;
const stop = new Promise<void>((resolve) => (stopped = resolve));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped());

// A drained or unfit worker keeps running until it is stopped, so that lists show it and the
// reason.
const running = state === 'unfit' ? Promise.resolve() : worker.run();
if (state === 'ready') log.info({ slots: config.slots, device: config.device.name }, 'the worker takes work');
await stop;
if (worker.getState() === 'RUNNING') worker.shutdown();
await running;
registration.stop();
training.close();
await connection.close();
await tracing.stop();
process.exit(0);

/** Each job leaves a checkpoint and goes on elsewhere. */
async function drain(): Promise<void> {
  if (state !== 'ready' || worker.getState() !== 'RUNNING') return;
  state = 'draining';
  reason = 'it was asked to hand back its work';
  log.info('drained: handing back what is being trained');
  worker.shutdown();
  await running;
  state = 'drained';
  await registration.say();
}
