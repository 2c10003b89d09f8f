import { recordActivityError, type Database } from '@espalier/store';
import { activityInfo, log } from '@temporalio/activity';

const LONGEST_MESSAGE = 4000;

/**
 * Records in the campaign's log what the running activity failed of, since Temporal tries it again
 * without a word. An error that cannot be recorded is left to the orchestrator's own log.
 */
export async function recordRepeatedError(database: Database, error: unknown): Promise<void> {
  const { workflowExecution, activityType, attempt } = activityInfo();
  if (!workflowExecution) return;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  try {
    await recordActivityError(database, {
      ...{ workflowId: workflowExecution.workflowId, activity: activityType, attempt, worker: 'orchestrator' },
      ...{ type: name.slice(0, 200) || 'Error', message: message.slice(0, LONGEST_MESSAGE) },
    });
  } catch (cause) {
    log.warn('cannot record the error of an activity', { error: cause instanceof Error ? cause.message : cause });
  }
}
