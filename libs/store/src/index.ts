export { errorSignature, recordAttemptError } from './attempt-errors.js';
export { addCandidates, campaignSpec, howMade, tellCandidates, unsettledCandidates } from './ask-and-tell.js';
export type { ToldCandidate, ToldLog, ToldStrategy } from './ask-and-tell.js';
export { deviceHoursOf, recordDeviceUse, spentBudget } from './budgets.js';
export { createCampaign, findCampaign, listCampaigns, setCampaignState, unfinishedCampaigns } from './campaigns.js';
export { candidateId, findCandidate, listCandidates } from './candidates.js';
export { isDatabaseUnreachable, isRecordGone, openDatabase } from './database.js';
export type { Database } from './database.js';
export { adoptDenseModel, recordDenseModel } from './dense-models.js';
export { BadCursorError, ConflictError, FencedError, NotFoundError } from './errors.js';
export { campaignFigures, trainingFigures } from './figures.js';
export { archiveCampaign, deleteCampaign } from './put-away.js';
export { listEvents } from './events.js';
export { settleNotification, takeDueNotifications, type DueNotification } from './notifications.js';
export {
  recordFailure,
  recordResult,
  recordResults,
  recordResultsOfFree,
  recordTest,
  recordUntested,
  type ArrivedResult,
} from './results.js';
export { extendCampaign, retryCandidates } from './reopen-campaign.js';
export {
  askForReplicates,
  campaignsToReevaluate,
  dropReplicates,
  readReevaluation,
  recordReplicate,
  replicatesToDo,
} from './replicates.js';
export { repriceCampaign } from './reprice.js';
export { knownCheckpoints, recordCheckpoint, takeTraining } from './checkpoint-ledger.js';
export { releaseCandidate, takeUpCandidate, takeUpCandidates, type Taking } from './take-up-candidate.js';
export { drainWorker, listWorkers, registerWorker } from './workers.js';
export { frontWithoutTest, readFront } from './kept-front.js';
export { violationOf } from './constraints.js';
export { leftoversBefore, unnamedOf } from './leftovers.js';
