// The bundle's entry: what is exported here under a workflow's name can be started by that name.
export { campaign } from './campaign.js';
export { candidate } from './candidate.js';
export { reevaluation } from './reevaluation.js';
