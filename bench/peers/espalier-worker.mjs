// A worker whose trainings only wait: Espalier's part of the comparison with its peers.
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { deviceQueue } from '@espalier/contracts';
import { Context } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';

const steps = Number(process.env.PEER_STEPS);
const model = (name) => ({ artifact: createHash('sha256').update(name).digest('hex'), bytes: 1 });
const layers = Object.entries({ conv1: 500, conv2: 25_000, fc1: 400_000, fc2: 5_000 }).map(([name, weights]) => ({
  ...{ name, weights, weightsLeft: weights / 2 },
  density: { weights: 0.5, inputs: 0.5, outputs: 0.5 },
}));

const measured = (split) => ({ split, images: 1000, accuracy: 0.9, loss: 0.1, profile: { layers } });

const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS }),
  taskQueue: deviceQueue('cpu'),
  maxConcurrentActivityTaskExecutions: 1,
  activities: {
    trainDense: () => Promise.resolve(model('dense')),
    pruneAndTrain: async ({ candidate, schedule: { criterion, fineTune } }) => {
      const trained = `${criterion} ${fineTune.epochs}`;
      for (let step = 0; step < steps; step++) {
        await sleep(1000 * Number(process.env.PEER_STEP_SECONDS));
        Context.current().heartbeat(step);
        const line = { trial: candidate, schedule: trained, step, pid: process.pid, time: Date.now() / 1000 };
        appendFileSync(process.env.PEER_JOURNAL, `${JSON.stringify(line)}\n`);
      }
      return { model: model(candidate), measurement: measured('validation') };
    },
    evaluate: ({ split }) => Promise.resolve(measured(split)),
  },
});
await worker.run();
