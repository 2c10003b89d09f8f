import { availableParallelism } from 'node:os';
import { FolderArtifactStore } from '@espalier/artifacts';
import { errorType, type TrainingActivities } from '@espalier/contracts';
import { spansWithin } from '@espalier/tracing';
import { runStages } from '@espalier/workflows/run-stages';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { AttemptErrors } from './attempt-errors.js';
import type { DeviceUses, HeartbeatDetails } from '../device/device-use.js';
import type { JobContext } from './job-context.js';
import type { Job, JobResult, ResultOf, TrainingProcessOptions } from './job-messages.js';
import { retryWithHalfBatch } from './retry-with-half-batch.js';
import { JobCancelledError, JobError, TrainingProcess, TrainingProcessCrashedError } from './training-process.js';

const HEARTBEAT_EVERY_MS = 2_000;
/** Interval of device-use reports: a budget of hours is exceeded by at most this and one check. */
const RECORD_USE_EVERY_MS = 10_000;
/** After this many crashes of its process a candidate has failed: the fault is its own. */
const CRASHES_ALLOWED = 3;

/** Runs a job, or returns its result from an earlier attempt. */
type RunJob = <OneJob extends Job>(job: OneJob) => Promise<ResultOf<OneJob>>;

/** A device's activities. Each runs as a job in a training process of its own. */
export class TrainingProcesses {
  readonly #idle: TrainingProcess[] = [];
  readonly #crashes = new Map<string, number>();
  readonly #artifacts: FolderArtifactStore;
  #closed = false;
  #busy = 0;

  constructor(
    private readonly options: TrainingProcessOptions,
    private readonly uses: DeviceUses,
    private readonly attemptErrors: AttemptErrors,
  ) {
    this.#artifacts = new FolderArtifactStore(options.artifacts);
  }

  activities(): TrainingActivities {
    return {
      trainDense: (request) => this.#during((run) => run({ kind: 'trainDense', request }), { wholeMachine: true }),
      pruneAndTrain: (request) =>
        this.#during((run) =>
          runStages(
            {
              prune: (step) => run({ kind: 'prune', request: step }),
              fineTune: (step) => run({ kind: 'fineTune', request: step }),
              evaluate: (step) => run({ kind: 'evaluate', request: step }),
            },
            request,
          ),
        ),
      prune: (request) => this.#during((run) => run({ kind: 'prune', request })),
      fineTune: (request) => this.#during((run) => run({ kind: 'fineTune', request })),
      evaluate: (request) => this.#during((run) => run({ kind: 'evaluate', request })),
    };
  }

  /** Running jobs. */
  get busy(): number {
    return this.#busy;
  }

  /**
   * @throws JobError when the self-test fails, TrainingProcessCrashedError when its process crashes
   */
  async selfTest(): Promise<void> {
    const process = this.#take();
    await process.run({ kind: 'selfTest' }, { signal: new AbortController().signal, progress: () => undefined });
    this.#idle.push(process);
  }

  close(): void {
    this.#closed = true;
    for (const process of this.#idle.splice(0)) process.close();
  }

  /**
   * Runs an activity's jobs in one process, one after the other, without those that an earlier
   * attempt finished.
   */
  async #during<Result>(work: (run: RunJob) => Promise<Result>, { wholeMachine = false } = {}): Promise<Result> {
    const context = Context.current();
    const take = (): TrainingProcess => (wholeMachine ? this.#takeWholeMachine() : this.#take());
    let training = take();
    const { attempt, activityId, workflowExecution } = context.info;
    this.#busy++;
    const before = [...((context.info.heartbeatDetails as HeartbeatDetails | undefined)?.done ?? [])];
    const done: JobResult[] = [];
    let progress: unknown = null;
    const began = Date.now();
    const addSpan = spansWithin();
    const heartbeat = (): void =>
      context.heartbeat({
        progress,
        deviceSeconds: this.uses.secondsSince(began),
        done: [...done, ...before],
      } satisfies HeartbeatDetails);
    const beating = setInterval(heartbeat, HEARTBEAT_EVERY_MS);
    const record = (): void => void this.uses.record(context, attempt, this.uses.secondsSince(began));
    const recording = setInterval(record, RECORD_USE_EVERY_MS);
    void this.uses.recordLostAttempt(context);
    const jobContext: JobContext = {
      signal: context.cancellationSignal,
      progress: (latest) => (progress = latest),
      epochDone: ({ epoch, of, ...time }) =>
        addSpan('epoch', { epoch, of, trainingPid: training.pid ?? 0 }, time.began, time.ended),
    };
    const doNow = async (job: Job): Promise<JobResult> => {
      const from = Date.now();
      context.log.info(`${job.kind} begins`, { attempt, trainingPid: training.pid });
      const another = async (): Promise<TrainingProcess> => {
        context.log.warn(`${job.kind} ended its process: again in batches half as large`, { attempt });
        await this.#artifacts.removeHalfWritten();
        return (training = take());
      };
      const result = await retryWithHalfBatch(training, another, job, jobContext);
      addSpan(job.kind, { attempt }, from, Date.now());
      context.log.info(`${job.kind} done`, { attempt });
      return result;
    };
    const run = async (job: Job): Promise<JobResult> => {
      const known = before.shift();
      if (known) context.log.info(`${job.kind} was done by an attempt before`, { attempt });
      const result = known ?? (await doNow(job));
      done.push(result);
      heartbeat();
      return result;
    };
    try {
      return await work(run as RunJob);
    } catch (error) {
      const reached = JSON.stringify([done.length, before.length, progress]);
      throw await this.#failure(error, `${workflowExecution?.workflowId ?? ''}/${activityId}`, reached);
    } finally {
      this.#busy--;
      clearInterval(beating);
      clearInterval(recording);
      record();
      if (this.#closed || wholeMachine) training.close();
      else if (training.alive) this.#idle.push(training);
    }
  }

  #take(): TrainingProcess {
    for (let process = this.#idle.pop(); process; process = this.#idle.pop()) if (process.alive) return process;
    return new TrainingProcess(this.options);
  }

  /**
   * Starts a process that trains on all cores: a campaign's candidates wait for its dense network.
   * TensorFlow fixes the number of cores when a process starts, so this one is not kept.
   */
  #takeWholeMachine(): TrainingProcess {
    const cores = availableParallelism();
    return new TrainingProcess({ ...this.options, threads: { intraOp: cores, interOp: cores } });
  }

  /** @param reached how far the attempt came: an error after progress is no repetition */
  async #failure(error: unknown, activity: string, reached: string): Promise<Error> {
    if (error instanceof JobCancelledError) {
      const reason = await Context.current().cancelled.catch((cancelled: Error) => cancelled);
      // The worker stops, the candidate does not: another attempt resumes from the last checkpoint.
      return reason.message === 'WORKER_SHUTDOWN'
        ? ApplicationFailure.retryable('the worker was stopped', 'WorkerStopped')
        : new CancelledFailure('the candidate was cancelled');
    }
    if (error instanceof TrainingProcessCrashedError) {
      await this.#artifacts.removeHalfWritten();
      const crashes = (this.#crashes.get(activity) ?? 0) + 1;
      this.#crashes.set(activity, crashes);
      await this.attemptErrors.isFinal(Context.current(), error, reached);
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
        nonRetryable: !errorType(error.type).isRetried || (await this.#isRepeated(error.type, error.message, reached)),
        ...(error.curve && { details: [error.curve] }),
      });
    }
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const nonRetryable = await this.#isRepeated(name, message, reached);
    return ApplicationFailure.create({
      type: name,
      message,
      nonRetryable,
      ...(error instanceof Error && { cause: error }),
    });
  }

  #isRepeated(name: string, message: string, reached: string): Promise<boolean> {
    return this.attemptErrors.isFinal(Context.current(), { name, message }, reached);
  }
}
