import { createHash } from 'node:crypto';
import type { AttemptError } from '@espalier/contracts';
import { findCampaignOfWorkflow } from '../campaigns/find-campaign-of-workflow.js';
import type { Database } from '../database/client.js';
import { recordEvent } from '../events/events.js';

/** Attempts that are looked back upon. */
const MOST_LOOKED_AT = 10;

/**
 * Logs what an attempt at a job failed of, once.
 *
 * @returns how often the job has failed of an equal error in a row without progress, this time
 *   included
 * @throws NotFoundError when the workflow is of no campaign
 */
export async function recordAttemptError(
  database: Database,
  { workflowId, worker, job, attempt, type, message, progress }: AttemptError,
): Promise<number> {
  const { campaignId, candidateId } = await findCampaignOfWorkflow(database, workflowId);
  const signature = errorSignature(type, message, progress);
  return database.$transaction(async (transaction) => {
    const { count } = await transaction.attemptError.createMany({
      data: [{ attempt: `${job}.${attempt}`, campaignId, signature }],
      skipDuplicates: true,
    });
    if (count > 0) {
      await recordEvent(transaction, campaignId, 'attempt-failed', { type, message, attempt, worker }, candidateId);
    }
    const before = Array.from({ length: Math.min(attempt, MOST_LOOKED_AT) }, (_, i) => `${job}.${attempt - i}`);
    const rows = await transaction.attemptError.findMany({ where: { attempt: { in: before } } });
    const signatures = new Map(rows.map((row) => [row.attempt, row.signature]));
    const other = before.findIndex((name) => signatures.get(name) !== signature);
    return other < 0 ? before.length : Math.max(1, other);
  });
}

/** What an attempt at one of the orchestrator's activities failed of. */
export interface ActivityError extends Pick<AttemptError, 'workflowId' | 'worker' | 'attempt' | 'type' | 'message'> {
  readonly activity: string;
}

/**
 * Records an error of the orchestrator's activities in the campaign's log, equal ones once: they
 * are tried again until they succeed.
 *
 * @throws NotFoundError when the workflow is of no campaign
 */
export async function recordActivityError(
  database: Database,
  { workflowId, activity, worker, attempt, type, message }: ActivityError,
): Promise<void> {
  const { campaignId, candidateId } = await findCampaignOfWorkflow(database, workflowId);
  const signature = errorSignature(type, message, activity);
  const key = createHash('sha256').update(signature).digest('hex');
  await database.$transaction(async (transaction) => {
    const { count } = await transaction.attemptError.createMany({
      data: [{ attempt: `${campaignId}.${key}`, campaignId, signature }],
      skipDuplicates: true,
    });
    if (count === 0) return;
    const detail = { type, message, attempt, worker, activity };
    await recordEvent(transaction, campaignId, 'attempt-failed', detail, candidateId);
  });
}

/**
 * What makes two errors equal: their type and their words, without what differs from attempt to
 * attempt, such as the number of a process or the name of a temporary file.
 */
export function errorSignature(type: string, message: string, progress: string): string {
  const words = message
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '#')
    .replace(/\b0x[0-9a-f]+\b/gi, '#')
    .replace(/\/tmp\/\S+/g, '#')
    .replace(/\d+(\.\d+)?/g, '#');
  return JSON.stringify([type, words.slice(0, 1000), progress]);
}
