export { errorSignature, recordAttemptError } from './candidates/attempt-errors.js';
export {
  proposeCandidates,
  campaignSpec,
  candidateRecipe,
  tellCandidates,
  unfinishedCandidates,
} from './candidates/ask-and-tell.js';
export type { Observation, ObservationLog, ProposalStrategy } from './candidates/ask-and-tell.js';
export { deviceHoursOf, recordDeviceUse, findExhaustedBudget } from './candidates/budgets.js';
export {
  createCampaign,
  findCampaign,
  listCampaigns,
  setCampaignState,
  unfinishedCampaigns,
} from './campaigns/campaigns.js';
export { candidateId, findCandidate, listCandidates } from './candidates/candidates.js';
export { isDatabaseUnreachable, isRecordGone, openDatabase } from './database/client.js';
export type { Database } from './database/client.js';
export { adoptDenseModel, recordDenseModel } from './training/dense-models.js';
export { BadCursorError, ConflictError, FencedError, NotFoundError } from './database/errors.js';
export { campaignMetrics, trainingMetrics } from './metrics.js';
export { archiveCampaign, deleteCampaign } from './campaigns/put-away.js';
export { listEvents } from './events/events.js';
export { deleteSentNotification, claimDueNotifications, type DueNotification } from './events/notifications.js';
export {
  recordFailure,
  recordResult,
  recordResults,
  recordUnlockedResults,
  recordTest,
  recordUntested,
  type CandidateResult,
} from './candidates/record-result.js';
export { extendCampaign, retryCandidates } from './campaigns/reopen-campaign.js';
export {
  requestReplicates,
  campaignsToReevaluate,
  dropReplicates,
  readReevaluation,
  recordReplicate,
  pendingReplicates,
} from './replicates/replicates.js';
export { repriceCampaign } from './fronts/reprice-campaign.js';
export { knownCheckpoints, recordCheckpoint, takeTraining } from './training/checkpoint-ledger.js';
export { releaseCandidate, claimCandidate, claimCandidates, type Claim } from './candidates/claim-candidates.js';
export { drainWorker, listWorkers, registerWorker } from './workers/workers.js';
export { untestedFrontMembers, readFront } from './fronts/update-front.js';
export { constraintViolation } from './candidates/constraints.js';
export { unreferencedArtifactCutoff, findUnreferencedArtifacts } from './artifacts/unreferenced-artifacts.js';
