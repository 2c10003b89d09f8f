import type { AcceleratorSchema } from './networks/accelerator.js';
import type { Campaign, CampaignState } from './campaigns/campaign.js';
import type { CandidateStateWithoutResult, Failure } from './candidates/candidate.js';
import type { PruningSchedule } from './candidates/schedule.js';
import type {
  EvaluateRequest,
  FineTuneRequest,
  Measurement,
  ModelReference,
  PruneAndTrainRequest,
  PruneRequest,
  Rung,
  TrainDenseRequest,
  Trained,
  TrainingTask,
} from './training/training.js';
import type { z } from 'zod';

/** Task queues: one for campaign activities, one for each class of device. */
export const ORCHESTRATOR_QUEUE = 'orchestrator';
export const deviceQueue = (deviceClass: string): string => `device-${deviceClass}`;

export const campaignWorkflowId = (campaignId: string): string => `campaign-${campaignId}`;
export const candidateWorkflowId = (candidateId: string): string => `candidate-${candidateId}`;

export const reevaluationWorkflowId = (campaignId: string): string => `reevaluation-${campaignId}`;

/** What a campaign's workflow is started with; with one that runs already this changes nothing. */
export function campaignStart({ id, name, state, spec }: Pick<Campaign, 'id' | 'name' | 'state' | 'spec'>) {
  return {
    workflowId: campaignWorkflowId(id),
    taskQueue: ORCHESTRATOR_QUEUE,
    args: [{ campaignId: id, name, paused: state === 'paused' }] as [CampaignInput],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    priority: priorityOf({ id, spec }),
  };
}

/** The same for one of its candidates. */
export function candidateStart(input: CandidateInput, spec: Campaign['spec']) {
  return {
    workflowId: candidateWorkflowId(input.candidateId),
    taskQueue: ORCHESTRATOR_QUEUE,
    args: [input] as [CandidateInput],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    priority: priorityOf({ id: input.campaignId, spec }),
  };
}

/**
 * Priority and share are Temporal's, which go from a workflow to its trainings: a campaign of a
 * thousand candidates and one of two get their turns alike.
 */
function priorityOf({ id, spec }: Pick<Campaign, 'id' | 'spec'>) {
  return {
    fairnessKey: id,
    ...(spec.priority !== undefined && { priorityKey: spec.priority }),
    ...(spec.share !== undefined && { fairnessWeight: spec.share }),
  };
}

export interface CampaignInput {
  campaignId: string;
  name: string;
  /** Carried from one run to the next when the workflow continues as new. */
  paused?: boolean;
}

/** What the campaign workflow needs of its spec, parsed by an activity. */
export interface CampaignPlan {
  task: TrainingTask;
  accelerator: z.infer<typeof AcceleratorSchema>;
  batch: number;
  imagesPerEpoch: number | null;
  parallelism: number;
  deviceClass: string;
  state: CampaignState;
  dense: { artifact: string } | null;
  /**
   * Whether a budget may be used up while candidates are trained; nothing in histories from before
   * there were such budgets.
   */
  isTimed?: boolean;
  /**
   * Whether results may have other candidates go on, so that more may be asked for after there was
   * nothing.
   */
  hasRungs?: boolean;
}

/**
 * As it is read: without a class of device where the spec names none and no worker is there yet.
 */
export interface LoadedPlan extends Omit<CampaignPlan, 'deviceClass'> {
  deviceClass: string | null;
}

export interface ProposedCandidate {
  candidateId: string;
  number: number;
  schedule: PruningSchedule;
  /** How far it is to be trained for now; left out where it is to its end. */
  rung?: Rung;
}

/** What all candidates of a campaign have alike. */
export interface CandidateSetting {
  campaignId: string;
  dense: string;
  plan: CampaignPlan;
}

export interface CandidateInput extends ProposedCandidate, CandidateSetting {}

export interface ReevaluationInput {
  campaignId: string;
}

/** A candidate that is to be pruned and trained again, with another seed. */
export interface PendingReplicate extends ProposedCandidate {
  replicate: number;
}

export type ReplicateOutcome = { validation: Measurement; test: Measurement } | { failure: Failure };

/**
 * The answer to a workflow run that claims a candidate: it trains the candidate, or the candidate
 * is finished, or another candidate with the same deduplication key is running.
 */
export type ClaimResult = 'to-do' | 'finished' | 'running-elsewhere';

export interface CandidateSettled {
  candidateId: string;
}

export interface CampaignProgress {
  state: CampaignState;
  running: number;
  started: number;
  settled: number;
}

/**
 * Activities of the orchestrator's queue. Each may be tried any number of times and takes effect
 * once.
 */
export interface CampaignActivities {
  loadPlan(campaignId: string): Promise<LoadedPlan>;
  /**
   * For a campaign whose plan has no class of device: waits until there is a worker, and fails to
   * be tried again where there is none.
   */
  chooseDevice(campaignId: string): Promise<Pick<CampaignPlan, 'deviceClass' | 'parallelism'>>;
  recordDense(
    campaignId: string,
    model: ModelReference,
    validation: Measurement,
    test: Measurement,
  ): Promise<{ artifact: string }>;
  /**
   * Candidates that were asked for and are not settled, then new ones up to the budget; at most
   * `atMost`, none of `alreadyStarted`.
   */
  ask(campaignId: string, atMost: number, alreadyStarted: string[]): Promise<ProposedCandidate[]>;
  /** Starts the workflows of candidates; of those that run already it changes nothing. */
  startCandidates(setting: CandidateSetting, asked: ProposedCandidate[]): Promise<void>;
  /** Tells the campaign's workflow, where there is one, that a candidate's end is recorded. */
  signalFinished(campaignId: string, candidateId: string): Promise<void>;
  /** Candidates that were asked for and have no end in the store. */
  unfinishedCandidates(campaignId: string): Promise<ProposedCandidate[]>;
  /**
   * @param run the workflow run that takes the candidate up: the only one that may settle it from
   *   now on
   * @returns nothing in histories from before candidates were answered from the store: to do
   */
  claimCandidate(campaignId: string, candidateId: string, run?: string): Promise<ClaimResult | undefined>;
  /** A candidate that stopped where it was: it may be asked for again. */
  releaseCandidate(campaignId: string, candidateId: string, run: string): Promise<void>;
  recordCandidate(
    campaignId: string,
    candidateId: string,
    model: ModelReference,
    measurement: Measurement,
    run?: string,
  ): Promise<void>;
  recordFailure(
    campaignId: string,
    candidateId: string,
    state: CandidateStateWithoutResult,
    failure: Failure,
    run?: string,
  ): Promise<void>;
  /** Tells the strategy of settled candidates; returns those of `candidateIds` that are settled. */
  tell(campaignId: string, candidateIds: string[]): Promise<string[]>;
  /** Whether a budget is used up, so that what is under way is stopped. */
  isBudgetExhausted(campaignId: string): Promise<boolean>;
  recordCampaignState(campaignId: string, state: CampaignState, failure: Failure | null): Promise<void>;
  untestedFrontMembers(campaignId: string): Promise<{ candidateId: string; artifact: string }[]>;
  recordTest(campaignId: string, candidateId: string, measurement: Measurement): Promise<void>;
  /**
   * A member of the front that cannot be measured on the test split: it stays on the front without.
   */
  recordUntested(campaignId: string, candidateId: string, failure: Failure): Promise<void>;
  /** What has to be done for a candidate's model, from the dense network on. */
  candidateRecipe(campaignId: string, candidateId: string): Promise<ProposedCandidate>;
  /** What was asked for of a reevaluation and has no end. */
  pendingReplicates(campaignId: string, atMost: number): Promise<PendingReplicate[]>;
  recordReplicate(
    campaignId: string,
    which: { candidateId: string; replicate: number },
    outcome: ReplicateOutcome,
  ): Promise<void>;
  /** Gives up what was asked for of a reevaluation and has no end. */
  dropReplicates(campaignId: string): Promise<void>;
}

/**
 * Names under which histories of the version before call activities: workflows and workers know
 * both.
 */
export const EARLIER_ACTIVITY_NAMES: Partial<Record<keyof CampaignActivities, string>> = {
  candidateRecipe: 'howMade',
  claimCandidate: 'recordRunning',
  releaseCandidate: 'recordReleased',
  unfinishedCandidates: 'unsettled',
  signalFinished: 'signalSettled',
  isBudgetExhausted: 'isBudgetSpent',
  untestedFrontMembers: 'frontWithoutTest',
  pendingReplicates: 'replicatesToDo',
};

/** Activities of a device's queue. */
export interface TrainingActivities {
  trainDense(request: TrainDenseRequest): Promise<ModelReference>;
  /**
   * All stages of a candidate, measured on the validation split. An attempt after one that was lost
   * goes on where that one was.
   */
  pruneAndTrain(request: PruneAndTrainRequest): Promise<Trained>;
  prune(request: PruneRequest): Promise<ModelReference>;
  fineTune(request: FineTuneRequest): Promise<ModelReference>;
  evaluate(request: EvaluateRequest): Promise<Measurement>;
}
