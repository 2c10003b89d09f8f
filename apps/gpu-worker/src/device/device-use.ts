import type { DeviceUse } from '@espalier/contracts';
import type { Context } from '@temporalio/activity';
import pRetry from 'p-retry';
import type { JobResult } from '../process/job-messages.js';

/**
 * Heartbeat details: a later attempt resumes by them, and reports how long a lost one kept the
 * device busy.
 */
export interface HeartbeatDetails {
  readonly progress: unknown;
  readonly deviceSeconds: number;
  /** Results of the jobs that are done, in their order. */
  readonly done?: readonly JobResult[];
}

/** Measures how long attempts keep a device busy. A later attempt reports a lost one. */
export class DeviceUses {
  constructor(
    private readonly apiUrl: string,
    private readonly worker: string,
    /** Jobs that share the device. */
    private readonly slots: number,
  ) {}

  /** Device time: half of the elapsed time when two jobs share the device. */
  secondsSince(began: number): number {
    return (Date.now() - began) / 1000 / this.slots;
  }

  /**
   * Reports how long an attempt kept the device busy; later, while the API is away. Never throws:
   * the job matters more.
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

  /** The last heartbeat of the attempt before, whose worker died. */
  async recordLostAttempt(context: Context): Promise<void> {
    const { attempt } = context.info;
    const last = context.info.heartbeatDetails as HeartbeatDetails | undefined;
    if (attempt > 1 && last?.deviceSeconds !== undefined) await this.record(context, attempt - 1, last.deviceSeconds);
  }
}
