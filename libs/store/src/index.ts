export { errorSignature, recordAttemptError } from './attempt-errors.js';
export {
  proposeCandidates,
  campaignSpec,
  candidateRecipe,
  tellCandidates,
  unfinishedCandidates,
} from './ask-and-tell.js';
export type { Observation, ObservationLog, ProposalStrategy } from './ask-and-tell.js';
export { deviceHoursOf, recordDeviceUse, findExhaustedBudget } from './budgets.js';
export { createCampaign, findCampaign, listCampaigns, setCampaignState, unfinishedCampaigns } from './campaigns.js';
export { candidateId, findCandidate, listCandidates } from './candidates.js';
export { isDatabaseUnreachable, isRecordGone, openDatabase } from './database.js';
export type { Database } from './database.js';
export { adoptDenseModel, recordDenseModel } from './dense-models.js';
export { BadCursorError, ConflictError, FencedError, NotFoundError } from './errors.js';
export { campaignMetrics, trainingMetrics } from './metrics.js';
export { archiveCampaign, deleteCampaign } from './put-away.js';
export { listEvents } from './events.js';
export { deleteSentNotification, claimDueNotifications, type DueNotification } from './notifications.js';
export {
  recordFailure,
  recordResult,
  recordResults,
  recordUnlockedResults,
  recordTest,
  recordUntested,
  type CandidateResult,
} from './results.js';
export { extendCampaign, retryCandidates } from './reopen-campaign.js';
export {
  requestReplicates,
  campaignsToReevaluate,
  dropReplicates,
  readReevaluation,
  recordReplicate,
  pendingReplicates,
} from './replicates.js';
export { repriceCampaign } from './reprice.js';
export { knownCheckpoints, recordCheckpoint, takeTraining } from './checkpoint-ledger.js';
export { releaseCandidate, claimCandidate, claimCandidates, type Claim } from './claim-candidates.js';
export { drainWorker, listWorkers, registerWorker } from './workers.js';
export { untestedFrontMembers, readFront } from './update-front.js';
export { constraintViolation } from './constraints.js';
export { unreferencedArtifactCutoff, findUnreferencedArtifacts } from './unreferenced-artifacts.js';
