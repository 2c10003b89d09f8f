import { FencedError, type CheckpointReference, type RecordCheckpoint, type TrainingLease } from '@espalier/contracts';
import pRetry, { AbortError, type RetryContext } from 'p-retry';
import type { Logger } from 'pino';

/** The checkpoints of trainings; one attempt at a time may record them. */
export interface CheckpointLedger {
  /** Takes a training over: earlier attempts can record no checkpoint of it any more. */
  take(training: string, signal: AbortSignal): Promise<TrainingLease>;
  known(training: string, signal: AbortSignal): Promise<CheckpointReference[]>;
  /** @throws FencedError when another attempt has taken the training over */
  record(training: string, epoch: number, checkpoint: RecordCheckpoint): Promise<void>;
}

const ASK_AGAIN = { minTimeout: 500, maxTimeout: 10_000 };
const REQUEST_MS = 10_000;
/**
 * After this time without success a checkpoint is skipped: training goes on, and the next
 * checkpoint holds everything.
 */
const RECORD_WITHIN_MS = 30_000;

/**
 * The ledger in the store, through the API. While the API is away, new trainings wait and running
 * ones go on.
 */
export class ApiLedger implements CheckpointLedger {
  constructor(
    private readonly apiUrl: string,
    private readonly holder: string,
    private readonly log: Logger,
  ) {}

  take(training: string, signal: AbortSignal): Promise<TrainingLease> {
    const ask = (): Promise<unknown> => this.#request('POST', `${training}/take`, { holder: this.holder });
    return this.#untilAnswered(ask, training, signal) as Promise<TrainingLease>;
  }

  async known(training: string, signal: AbortSignal): Promise<CheckpointReference[]> {
    const ask = (): Promise<unknown> => this.#request('GET', `${training}/checkpoints`);
    return ((await this.#untilAnswered(ask, training, signal)) as { items: CheckpointReference[] }).items;
  }

  async record(training: string, epoch: number, checkpoint: RecordCheckpoint): Promise<void> {
    const write = (): Promise<unknown> => this.#request('PUT', `${training}/checkpoints/${epoch}`, checkpoint);
    try {
      await pRetry(write, { ...ASK_AGAIN, retries: Infinity, maxRetryTime: RECORD_WITHIN_MS });
    } catch (error) {
      if (error instanceof FencedError) throw error;
      this.log.warn({ err: error, training, epoch }, 'a checkpoint could not be recorded; training goes on');
    }
  }

  #untilAnswered(ask: () => Promise<unknown>, training: string, signal: AbortSignal): Promise<unknown> {
    const onFailedAttempt = ({ error, attemptNumber }: RetryContext): void =>
      this.log.warn({ training, attemptNumber, cause: error.message }, 'the API does not answer; asking again');
    return pRetry(ask, { ...ASK_AGAIN, retries: Infinity, signal, onFailedAttempt });
  }

  async #request(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(new URL(`/v1/trainings/${path}`, this.apiUrl), {
      method,
      signal: AbortSignal.timeout(REQUEST_MS),
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (response.status === 204) return undefined;
    const answer = (await response.json()) as { detail?: string };
    if (response.ok) return answer;
    const detail = answer.detail ?? `the API answers ${response.status}`;
    if (response.status === 409) throw new AbortError(new FencedError(detail));
    if (response.status < 500) throw new AbortError(detail);
    throw new Error(detail);
  }
}
