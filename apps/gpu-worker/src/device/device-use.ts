import type { DeviceUse } from '@espalier/contracts';
import type { Context } from '@temporalio/activity';
import pRetry from 'p-retry';
import type { JobResult } from '../process/job-messages.js';

/**
 * What heartbeats carry, so that a later attempt can go on, and say how long one was at work whose
 * worker died.
 */
export interface HeartbeatDetails {
  readonly progress: unknown;
  readonly deviceSeconds: number;
  /** Results of the jobs that are done, in their order. */
  readonly done?: readonly JobResult[];
}

/**
 * Counts how long attempts at jobs keep a device busy. Attempts that were lost are counted by the
 * ones after them.
 */
export class DeviceUses {
  constructor(
    private readonly apiUrl: string,
    private readonly worker: string,
    /** Jobs that share the device. */
    private readonly slots: number,
  ) {}

  /** Of the device: half of what passes, where two jobs share it. */
  secondsSince(began: number): number {
    return (Date.now() - began) / 1000 / this.slots;
  }

  /**
   * Says how long an attempt was at work; while the API is away, later. Never fails: a job is worth
   * more than its account.
   */
  async record({ info }: Context, attempt: number, seconds: number): Promise<void> {
    const workflowId = info.workflowExecution?.workflowId;
    if (workflowId === undefined || seconds <= 0) return;
    const name = `${info.workflowExecution?.runId ?? ''}.${info.activityId}.${attempt}`;
    const use: DeviceUse = { workflowId, worker: this.worker, seconds };
    const say = async (): Promise<void> => {
      const response = await fetch(new URL(`/v1/workers/uses/${name}`, this.apiUrl), {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(use),
        signal: AbortSignal.timeout(5_000),
      });
      if (response.status >= 500) throw new Error(`the API answers ${response.status}`);
    };
    await pRetry(say, { retries: 8, minTimeout: 500, maxTimeout: 10_000 }).catch(() => undefined);
  }

  /** The attempt before this one, when its worker died: all that it said in its last heartbeat. */
  async recordLostAttempt(context: Context): Promise<void> {
    const { attempt } = context.info;
    const last = context.info.heartbeatDetails as HeartbeatDetails | undefined;
    if (attempt > 1 && last?.deviceSeconds !== undefined) await this.record(context, attempt - 1, last.deviceSeconds);
  }
}
