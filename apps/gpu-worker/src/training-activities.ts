import { availableParallelism } from 'node:os';
import type { Measurement, ModelReference, TrainingActivities } from '@espalier/contracts';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Job, JobResult, TrainingProcessOptions } from './job-messages.js';
import { JobCancelledError, JobError, TrainingProcess, TrainingProcessCrashedError } from './training-process.js';

const HEARTBEAT_EVERY_MS = 2_000;
/** A candidate that takes its process down so often is set aside: it is the candidate, not the machine. */
const CRASHES_ALLOWED = 3;

/** Errors that another attempt would only meet again. */
const FINAL_ERRORS = new Set([
  'ArtifactCorruptError',
  'ArtifactMissingError',
  'CheckpointMismatchError',
  'DataSetError',
  'DivergedError',
  'EnergyModelError',
  'NetworkError',
  'OutOfMemoryError',
  'SafetensorsError',
  'FilterScoreError',
  'ScheduleError',
  'TensorFlowNotBuiltError',
]);

/** A device's activities: each runs as a job in a training process of its own while it lasts. */
export class TrainingProcesses {
  readonly #idle: TrainingProcess[] = [];
  readonly #crashes = new Map<string, number>();
  #closed = false;

  constructor(private readonly options: TrainingProcessOptions) {}

  activities(): TrainingActivities {
    return {
      trainDense: (request) => this.#run({ kind: 'trainDense', request }) as Promise<ModelReference>,
      prune: (request) => this.#run({ kind: 'prune', request }) as Promise<ModelReference>,
      fineTune: (request) => this.#run({ kind: 'fineTune', request }) as Promise<ModelReference>,
      evaluate: (request) => this.#run({ kind: 'evaluate', request }) as Promise<Measurement>,
    };
  }

  close(): void {
    this.#closed = true;
    for (const process of this.#idle.splice(0)) process.close();
  }

  async #run(job: Job): Promise<JobResult> {
    const context = Context.current();
    const { attempt, activityId, workflowExecution } = context.info;
    const training = job.kind === 'trainDense' ? this.#takeWholeMachine() : this.#take();
    context.log.info(`${job.kind} begins`, { attempt, trainingPid: training.pid });
    let details: unknown = null;
    const heartbeat = setInterval(() => context.heartbeat(details), HEARTBEAT_EVERY_MS);
    try {
      const result = await training.run(job, context.cancellationSignal, (progress) => (details = progress));
      context.log.info(`${job.kind} done`, { attempt });
      return result;
    } catch (error) {
      throw await this.#failure(error, `${workflowExecution?.workflowId ?? ''}/${activityId}`);
    } finally {
      clearInterval(heartbeat);
      if (this.#closed || job.kind === 'trainDense') training.close();
      else if (training.alive) this.#idle.push(training);
    }
  }

  #take(): TrainingProcess {
    for (let process = this.#idle.pop(); process; process = this.#idle.pop()) if (process.alive) return process;
    return new TrainingProcess(this.options);
  }

  /** A campaign's candidates wait for its dense network, so that is trained on all cores. TensorFlow fixes their number
   * for a process when it starts: this one is not kept. */
  #takeWholeMachine(): TrainingProcess {
    const cores = availableParallelism();
    return new TrainingProcess({ ...this.options, threads: { intraOp: cores, interOp: cores } });
  }

  async #failure(error: unknown, activity: string): Promise<Error> {
    if (error instanceof JobCancelledError) {
      const reason = await Context.current().cancelled.catch((cancelled: Error) => cancelled);
      // The worker goes, not the candidate: another attempt goes on from the last checkpoint.
      return reason.message === 'WORKER_SHUTDOWN'
        ? ApplicationFailure.retryable('the worker was stopped', 'WorkerStopped')
        : new CancelledFailure('the candidate was cancelled');
    }
    if (error instanceof TrainingProcessCrashedError) {
      const crashes = (this.#crashes.get(activity) ?? 0) + 1;
      this.#crashes.set(activity, crashes);
      return ApplicationFailure.create({
        type: error.name,
        message: `${error.message} (${crashes} of ${CRASHES_ALLOWED} crashes allowed)`,
        nonRetryable: crashes >= CRASHES_ALLOWED,
      });
    }
    if (error instanceof JobError) {
      return ApplicationFailure.create({
        type: error.type,
        message: error.message,
        nonRetryable: FINAL_ERRORS.has(error.type),
        ...(error.curve && { details: [error.curve] }),
      });
    }
    return error instanceof Error ? error : new Error(String(error));
  }
}
