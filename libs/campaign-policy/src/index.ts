export { exhaustedBudget, type BudgetUse, type ExhaustedBudget } from './budget.js';
export { computeFront, costOf, denseCost, frontPoint } from './compute-front.js';
export { confidenceInterval } from './confidence-interval.js';
export { constraintViolation, type Constrained } from './constraints.js';
export { deduplicationKey } from './deduplication-key.js';
export { epochsOfRung, isLastRung, remainingTraining } from './successive-halving.js';
