// The training process: it runs TensorFlow, one job at a time, and ends with its worker.
import { FolderArtifactStore } from '@espalier/artifacts';
import { DivergedError } from '@espalier/training';
import { pino } from 'pino';
import { ApiLedger } from '../checkpoints/checkpoint-ledger.js';
import type { FromTraining, Job, JobResult, ToTraining, TrainingProcessOptions } from './job-messages.js';
import { selfTest } from '../device/self-test.js';
import type { JobContext } from './job-context.js';
import { TrainingJobs } from '../jobs/training-jobs.js';

const PROGRESS_EVERY_MS = 500;

const options = JSON.parse(process.argv[2]) as TrainingProcessOptions;
const jobs = new TrainingJobs({
  artifacts: new FolderArtifactStore(options.artifacts),
  ledger: new ApiLedger(options.apiUrl, options.workerId, pino({ name: 'training' })),
  dataCache: options.dataCache,
  threads: options.threads,
});
let running: AbortController | undefined;

process.on('message', (message: ToTraining) => {
  if (message.type === 'cancel') running?.abort(new DOMException('the job was cancelled', 'AbortError'));
  else void run(message.job);
});
// The worker has died: the next attempt repeats the work since the last checkpoint.
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole group; the worker decides when this process ends.
process.on('SIGINT', () => undefined);

async function run(job: Job): Promise<void> {
  running = new AbortController();
  let last = 0;
  const context: JobContext = {
    signal: running.signal,
    progress: (progress) => {
      if (Date.now() - last < PROGRESS_EVERY_MS) return;
      last = Date.now();
      send({ type: 'progress', progress });
    },
    epochDone: (epoch) => send({ type: 'epoch', epoch }),
  };
  try {
    send({ type: 'result', result: await dispatch(job, context) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    send({ type: 'error', name, message, ...(error instanceof DivergedError && { curve: error.curve }) });
  } finally {
    running = undefined;
  }
}

function dispatch(job: Job, context: JobContext): Promise<JobResult> {
  switch (job.kind) {
    case 'trainDense':
      return jobs.trainDense(job.request, context, job.inHalfBatches);
    case 'prune':
      return jobs.prune(job.request, context);
    case 'fineTune':
      return jobs.fineTune(job.request, context, job.inHalfBatches);
    case 'evaluate':
      return jobs.evaluate(job.request, context);
    case 'selfTest':
      return selfTest(options).then(() => null);
  }
}

function send(message: FromTraining): void {
  process.send?.(message);
}
