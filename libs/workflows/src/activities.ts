import type { BookkeepingActivities, Failure, TrainingActivities } from '@espalier/contracts';
import { deviceQueue, ORCHESTRATOR_QUEUE } from '@espalier/contracts/workflow-messages';
import {
  ActivityCancellationType,
  ApplicationFailure,
  proxyActivities,
  proxyLocalActivities,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';

/** Bookkeeping is tried until it succeeds: Postgres comes back, and a result must not be lost for its absence. */
const UNTIL_IT_SUCCEEDS = {
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
} as const;

export const bookkeeping: ActivityInterfaceFor<BookkeepingActivities> = proxyActivities<BookkeepingActivities>({
  taskQueue: ORCHESTRATOR_QUEUE,
  ...UNTIL_IT_SUCCEEDS,
});

/** The same within a workflow task, where each takes a moment: no way through Temporal and its database, and back. */
export const localBookkeeping: ActivityInterfaceFor<BookkeepingActivities> =
  proxyLocalActivities<BookkeepingActivities>(UNTIL_IT_SUCCEEDS);

/**
 * Training on a class of device. A worker that dies is noticed when its heartbeats stop, and the next attempt goes on
 * from the last checkpoint. Errors that trying again cannot mend come as non-retryable failures.
 */
export function trainingOn(deviceClass: string): ActivityInterfaceFor<TrainingActivities> {
  return proxyActivities<TrainingActivities>({
    taskQueue: deviceQueue(deviceClass),
    startToCloseTimeout: '24 hours',
    heartbeatTimeout: '15s',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 30 },
  });
}

const LOST_ARTIFACT = new Set(['ArtifactCorruptError', 'ArtifactMissingError']);

/** Whether a file was found damaged, and has been set aside, or gone: it can be made again from what came before it. */
export function isLostArtifact(error: unknown): boolean {
  return LOST_ARTIFACT.has(failureOf(error).type);
}

/** The innermost application failure of an error, which says what went wrong; or the error's own words. */
export function failureOf(error: unknown): Failure {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure) {
      const curve = at.details?.[0] as number[] | undefined;
      return { type: at.type ?? 'Error', message: at.message, ...(curve && { curve }) };
    }
    if (!(at.cause instanceof Error)) return { type: at.name, message: at.message };
  }
  return { type: 'Error', message: String(error) };
}
