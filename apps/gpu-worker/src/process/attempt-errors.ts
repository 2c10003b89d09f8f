import { AttemptErrorAnswerSchema, EQUAL_ERRORS_ALLOWED, type AttemptError } from '@espalier/contracts';
import type { Context } from '@temporalio/activity';
import pRetry from 'p-retry';

const LONGEST_MESSAGE = 4000;

/** System error codes that pass by themselves: a full disk, a network or server that is away. */
const OF_THE_MOMENT =
  /\b(ENOSPC|EDQUOT|EIO|EROFS|ESTALE|ENOTCONN|EMFILE|ENFILE|ENOMEM|EAGAIN|EBUSY|EPIPE|ECONN[A-Z]+|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)\b|fetch failed|socket hang up/;

/** Records errors of attempts as events of the campaign, and finds out whether an error repeats. */
export class AttemptErrors {
  constructor(
    private readonly apiUrl: string,
    private readonly worker: string,
  ) {}

  /**
   * Records an attempt's error. While the API is away, earlier errors are unknown.
   *
   * @param progress how far the job came
   * @returns whether the job has failed so often with the same error that it is final
   */
  async isFinal({ info }: Context, { name, message }: Error, progress: string): Promise<boolean> {
    const workflowId = info.workflowExecution?.workflowId;
    if (workflowId === undefined) return false;
    const error: AttemptError = {
      ...{ workflowId, worker: this.worker, attempt: info.attempt, progress: progress.slice(0, 200) },
      job: `${info.workflowExecution?.runId ?? ''}.${info.activityId}`,
      ...{ type: name.slice(0, 200) || 'Error', message: message.slice(0, LONGEST_MESSAGE) },
    };
    const say = async (): Promise<number> => {
      const response = await fetch(new URL('/v1/workers/attempt-errors', this.apiUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(error),
        signal: AbortSignal.timeout(5_000),
      });
      if (!response.ok) throw new Error(`the API answers ${response.status}`);
      return AttemptErrorAnswerSchema.parse(await response.json()).inARow;
    };
    const inARow = await pRetry(say, { retries: 3, minTimeout: 500, maxTimeout: 2_000 }).catch(() => 1);
    return inARow >= EQUAL_ERRORS_ALLOWED && !isTransient(message);
  }
}

/** Whether an error is the machine's or the network's: it may pass. */
export function isTransient(message: string): boolean {
  return OF_THE_MOMENT.test(message);
}
