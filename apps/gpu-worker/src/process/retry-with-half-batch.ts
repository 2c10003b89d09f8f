import type { JobContext } from './job-context.js';
import type { Job, JobResult } from './job-messages.js';
import { JobError, TrainingProcessCrashedError, type TrainingProcess } from './training-process.js';

/**
 * Runs a job. When native code ends the process of a training, as a failed allocation does, runs it
 * once more with batches half as large, in another process.
 *
 * @throws JobError named OutOfMemoryError when that process ends too, and all that a job throws
 */
export async function retryWithHalfBatch(
  process: TrainingProcess,
  another: () => Promise<TrainingProcess>,
  job: Job,
  context: JobContext,
): Promise<JobResult> {
  try {
    return await process.run(job, context);
  } catch (error) {
    const isTraining = job.kind === 'trainDense' || job.kind === 'fineTune';
    if (!isTraining || !isOfNativeCode(error)) throw error;
  }
  const next = await another();
  return next.run({ ...job, inHalfBatches: true }, context).catch((error: unknown) => {
    if (!isOfNativeCode(error)) throw error;
    const message = `there seems to be no memory, also for batches half as large: ${error.message}`;
    throw new JobError('OutOfMemoryError', message);
  });
}

const isOfNativeCode = (error: unknown): error is TrainingProcessCrashedError =>
  error instanceof TrainingProcessCrashedError && error.isOfNativeCode;
