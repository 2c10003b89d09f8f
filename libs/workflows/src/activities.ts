import type { CampaignActivities, ErrorTypeName, Failure, TrainingActivities } from '@espalier/contracts';
import { deviceQueue, EARLIER_ACTIVITY_NAMES, ORCHESTRATOR_QUEUE } from '@espalier/contracts/workflow-messages';
import {
  ActivityCancellationType,
  ApplicationFailure,
  patched,
  proxyActivities,
  proxyLocalActivities,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';

/**
 * Campaign activities are retried until they succeed: Postgres comes back, and no result may be
 * lost.
 */
const UNTIL_IT_SUCCEEDS = {
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
} as const;

export const campaignActivities: ActivityInterfaceFor<CampaignActivities> = byCurrentName(
  proxyActivities<CampaignActivities>({ taskQueue: ORCHESTRATOR_QUEUE, ...UNTIL_IT_SUCCEEDS }),
);

/** The same as local activities, for short ones: they need no way through Temporal and back. */
export const localCampaignActivities: ActivityInterfaceFor<CampaignActivities> = byCurrentName(
  proxyLocalActivities<CampaignActivities>(UNTIL_IT_SUCCEEDS),
);

let callsEarlierNames: boolean | undefined;

/**
 * Calls activities by their current names, except in runs whose histories began with the earlier
 * ones.
 */
function byCurrentName(activities: ActivityInterfaceFor<CampaignActivities>): ActivityInterfaceFor<CampaignActivities> {
  const earlier: Record<string, string | undefined> = EARLIER_ACTIVITY_NAMES;
  const byName = activities as unknown as Record<string, unknown>;
  return new Proxy(activities, {
    get: (_, name: string) => {
      // Decided once in a run: a decision that changed on the way would not be the one of the
      // replay.
      callsEarlierNames ??= !patched('current-activity-names');
      return byName[(callsEarlierNames ? earlier[name] : undefined) ?? name];
    },
  });
}

/**
 * Training activities of a device class. A lost worker is noticed by its missing heartbeats; the
 * next attempt resumes from the last checkpoint. Final errors are non-retryable failures.
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

const LOST_ARTIFACT: readonly string[] = ['ArtifactCorruptError', 'ArtifactMissingError'] satisfies ErrorTypeName[];

/** Whether an artifact was damaged, and set aside, or missing: it can be made again. */
export function isLostArtifact(error: unknown): boolean {
  return LOST_ARTIFACT.includes(failureOf(error).type);
}

/** The innermost application failure of an error, or else its name and message. */
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
