export { chooseStrategy, createStrategy } from './strategies/create-strategy.js';
export {
  choiceAt,
  cubeOf,
  type CubeSpace,
  type CubeStrategy,
  type CubeObservation,
  type Dimension,
  type Proposal,
} from './space/unit-cube-space.js';
export type { FrontierOptions } from './frontier/frontier-options.js';
export {
  ParameterCoding,
  ParameterSpaceSchema,
  type Parameters,
  type ParameterSpace,
} from './space/parameter-space.js';
export {
  KnownObjectiveError,
  Search,
  SEARCH_STRATEGIES,
  SearchOptionsSchema,
  SpaceExhaustedError,
  type ProposedParameters,
  type KnownObjective,
  type SearchOptions,
} from './search.js';
export { FrontierStrategy } from './strategies/frontier.js';
export { Nsga2Strategy } from './strategies/nsga2.js';
export { SmsEmoaStrategy } from './strategies/sms-emoa.js';
export { RandomStrategy } from './strategies/random.js';
export { ScheduleCoding } from './space/schedule-coding.js';
export type { ScheduleProposal, KnownObjectives, Strategy, ScheduleObservation } from './strategy.js';
export { explainSearch, type MeasuredSchedule, type SearchExplanation } from './explanation/explain-search.js';
