import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FromTraining, Job, JobResult, ToTraining, TrainingProcessOptions } from './job-messages.js';
import type { JobContext } from './job-context.js';

/** The training process crashed during a job, or was killed for lack of memory. */
export class TrainingProcessCrashedError extends Error {
  override name = 'TrainingProcessCrashedError';

  /**
   * @param by the signal that ended it
   * @param lastWords the end of its stderr
   */
  constructor(
    message: string,
    private readonly by: NodeJS.Signals | null,
    lastWords: readonly string[],
  ) {
    super([message, ...lastWords].join('\n'));
  }

  /** Whether native code ended it, as oneDNN and V8 do when an allocation fails. */
  get isOfNativeCode(): boolean {
    return this.by === 'SIGABRT' || this.by === 'SIGSEGV' || this.by === 'SIGBUS';
  }
}

/** An error that the job threw, by its name. */
export class JobError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly curve?: readonly number[],
  ) {
    super(message);
  }
}

/** The job was cancelled. */
export class JobCancelledError extends Error {
  override name = 'JobCancelledError';
}

const LAST_WORDS = 5;
/** Lines that TensorFlow writes to stderr at any log level. */
const SAID_OF_ITSELF = /^(I\d{4} |WARNING: All log messages before absl|To enable the following instructions)/;

/** Time for a cancelled job to stop by itself; a training step takes milliseconds. */
const CANCEL_GRACE_MS = 3_000;

/**
 * One process that runs TensorFlow, kept between jobs so that the library and the data are loaded
 * once.
 */
export class TrainingProcess {
  readonly #child: ChildProcess;
  readonly #lastWords: string[] = [];
  #alive = true;

  constructor(options: TrainingProcessOptions) {
    const main = fileURLToPath(new URL('../../dist/process/training-process-main.js', import.meta.url));
    this.#child = fork(main, [JSON.stringify(options)], {
      execArgv: ['--enable-source-maps'],
      env: {
        TF_CPP_MIN_LOG_LEVEL: '2',
        ...process.env,
        // TensorFlow takes a GPU that it sees, also for a worker that is to leave it alone.
        ...(options.deviceClass === 'cpu' && { CUDA_VISIBLE_DEVICES: '' }),
      },
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    const { stderr } = this.#child;
    if (stderr) {
      createInterface(stderr).on('line', (line) => {
        if (SAID_OF_ITSELF.test(line)) return;
        process.stderr.write(`${line}\n`);
        this.#lastWords.push(line);
        if (this.#lastWords.length > LAST_WORDS) this.#lastWords.shift();
      });
    }
    this.#child.on('exit', () => (this.#alive = false));
    this.#child.on('error', () => (this.#alive = false));
  }

  get alive(): boolean {
    return this.#alive;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws JobError, JobCancelledError or TrainingProcessCrashedError */
  run(job: Job, { signal, progress, epochDone }: JobContext): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      let killer: NodeJS.Timeout | undefined;
      const finish = (settle: () => void): void => {
        clearTimeout(killer);
        this.#child.off('message', onMessage).off('close', onEnd);
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      const onMessage = (message: FromTraining): void => {
        if (message.type === 'progress') progress(message.progress);
        else if (message.type === 'epoch') epochDone?.(message.epoch);
        else if (message.type === 'result') finish(() => resolve(message.result));
        else {
          const error = signal.aborted
            ? new JobCancelledError('the job was cancelled')
            : new JobError(message.name, message.message, message.curve);
          finish(() => reject(error));
        }
      };
      // When all that it wrote has been read.
      const onEnd = (code: number | null, by: NodeJS.Signals | null): void =>
        finish(() =>
          reject(
            signal.aborted
              ? new JobCancelledError('the job was cancelled')
              : new TrainingProcessCrashedError(
                  `the training process ended (${by ?? `exit code ${String(code)}`}) during ${job.kind}`,
                  by,
                  this.#lastWords,
                ),
          ),
        );
      const onAbort = (): void => {
        this.#send({ type: 'cancel' });
        killer = setTimeout(() => this.#child.kill('SIGKILL'), CANCEL_GRACE_MS);
      };
      this.#child.on('message', onMessage).on('close', onEnd);
      signal.addEventListener('abort', onAbort);
      this.#send({ type: 'run', job });
      if (signal.aborted) onAbort();
    });
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }

  #send(message: ToTraining): void {
    if (this.#child.connected) this.#child.send(message);
  }
}
