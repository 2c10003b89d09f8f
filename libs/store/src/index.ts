export { findUnreferencedArtifacts, unreferencedArtifactCutoff } from './artifacts/unreferenced-artifacts.js';
export { archiveCampaign } from './campaigns/archive-campaign.js';
export { campaignSpec } from './campaigns/campaign-spec.js';
export { setCampaignState } from './campaigns/campaign-state.js';
export { createCampaign } from './campaigns/create-campaign.js';
export { deleteCampaign } from './campaigns/delete-campaign.js';
export {
  findCampaign,
  listCampaigns,
  resolveCampaign,
  resolveCampaignId,
  unfinishedCampaigns,
} from './campaigns/find-campaign.js';
export { extendCampaign, retryCandidates } from './campaigns/reopen-campaign.js';
export { errorSignature, recordActivityError, recordAttemptError } from './candidates/attempt-errors.js';
export { findExhaustedBudget } from './candidates/budget-use.js';
export { candidateId } from './candidates/candidate-id.js';
export { findCandidate } from './candidates/find-candidate.js';
export { claimCandidate, claimCandidates, releaseCandidate, type Claim } from './candidates/claim-candidates.js';
export { listCandidates } from './candidates/list-candidates.js';
export type { Observation, ObservationLog } from './candidates/observation-log.js';
export { tellCandidates } from './candidates/observe-candidates.js';
export { proposeCandidates } from './candidates/propose-candidates.js';
export type { ProposalStrategy, SpaceExhausted } from './candidates/propose-candidates.js';
export { recordFailure } from './candidates/record-failure.js';
export {
  recordResult,
  recordResults,
  recordUnlockedResults,
  type CandidateResult,
} from './candidates/record-result.js';
export { recordTest, recordUntested } from './candidates/record-test.js';
export { candidateRecipe, unfinishedCandidates } from './candidates/unfinished-candidates.js';
export { isDatabaseUnreachable, isRecordGone, openDatabase } from './database/client.js';
export type { Database } from './database/client.js';
export { BadCursorError, ConflictError, NotFoundError } from './database/errors.js';
export { listEvents } from './events/events.js';
export { claimDueNotifications, deleteSentNotification, type DueNotification } from './events/notification-outbox.js';
export { readFront, untestedFrontMembers } from './fronts/read-front.js';
export { repriceCampaign } from './fronts/reprice-campaign.js';
export { campaignMetrics, trainingMetrics } from './metrics.js';
export {
  campaignsToReevaluate,
  dropReplicates,
  pendingReplicates,
  readReevaluation,
  recordReplicate,
  requestReplicates,
} from './replicates/replicates.js';
export { knownCheckpoints, recordCheckpoint, takeTraining } from './training/checkpoint-ledger.js';
export { adoptDenseModel, recordDenseModel } from './training/dense-models.js';
export { deviceHoursOf, recordDeviceUse } from './training/device-usage.js';
export { drainWorker, listWorkers, registerWorker } from './workers/workers.js';
