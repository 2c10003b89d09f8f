// For programs that start, query and update workflows; the workflows themselves run only inside a
// worker's sandbox.
export type { campaign } from './campaign.js';
export type { candidate } from './candidate.js';
export type { reevaluation } from './reevaluation.js';
export { cancelUpdate, candidatesSettledSignal, pauseUpdate, progressQuery, resumeUpdate } from './messages.js';
