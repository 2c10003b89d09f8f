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

/** Options that start a campaign's workflow; they change nothing when it runs. */
export function campaignStart({ id, name, state, spec }: Pick<Campaign, 'id' | 'name' | 'state' | 'spec'>) {
  return {
    workflowId: campaignWorkflowId(id),
    taskQueue: ORCHESTRATOR_QUEUE,
    args: [{ campaignId: id, name, paused: state === 'paused' }] as [CampaignInput],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    priority: priorityOf({ id, spec }),
  };
}

/** Options that start a candidate's workflow. */
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
 * Temporal passes priority and fairness on from a workflow to its trainings, so that a campaign of
 * a thousand candidates and one of two take equal turns.
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

/** What the campaign workflow needs of its spec; an activity parses it. */
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
   * Whether a budget may be used up while candidates train; absent in histories from before such
   * budgets.
   */
  isTimed?: boolean;
  /**
   * Whether results may promote other candidates, so that proposals may follow when there were
   * none.
   */
  hasRungs?: boolean;
}

/** The plan before a device class is known: the spec names none, and no worker is registered. */
export interface LoadedPlan extends Omit<CampaignPlan, 'deviceClass'> {
  deviceClass: string | null;
}

export interface ProposedCandidate {
  candidateId: string;
  number: number;
  schedule: PruningSchedule;
  /** The rung to train to; absent when it is the last. */
  rung?: Rung;
}

/** Fields that all candidates of a campaign share. */
export interface CandidateSetting {
  campaignId: string;
  dense: string;
  plan: CampaignPlan;
}

export interface CandidateInput extends ProposedCandidate, CandidateSetting {}

export interface ReevaluationInput {
  campaignId: string;
}

/** A candidate to be pruned and trained again with another seed. */
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

/** Activities of the orchestrator's queue. Each is idempotent. */
export interface CampaignActivities {
  loadPlan(campaignId: string): Promise<LoadedPlan>;
  /**
   * Waits for a worker, for a plan without a device class. Fails, to be retried, when there is
   * none.
   */
  chooseDevice(campaignId: string): Promise<Pick<CampaignPlan, 'deviceClass' | 'parallelism'>>;
  recordDense(
    campaignId: string,
    model: ModelReference,
    validation: Measurement,
    test: Measurement,
  ): Promise<{ artifact: string }>;
  /**
   * Unfinished candidates, then new ones within the budgets; at most `atMost`, none of
   * `alreadyStarted`.
   */
  ask(campaignId: string, atMost: number, alreadyStarted: string[]): Promise<ProposedCandidate[]>;
  /** Starts the workflows of candidates; those that run stay as they are. */
  startCandidates(setting: CandidateSetting, asked: ProposedCandidate[]): Promise<void>;
  /** Signals the campaign's workflow that a candidate has finished. */
  signalFinished(campaignId: string, candidateId: string): Promise<void>;
  /** Pending and running candidates. */
  unfinishedCandidates(campaignId: string): Promise<ProposedCandidate[]>;
  /**
   * @param run the workflow run that claims the candidate: only it may record the end from now on
   * @returns undefined in histories from before results were reused: train the candidate
   */
  claimCandidate(campaignId: string, candidateId: string, run?: string): Promise<ClaimResult | undefined>;
  /** Returns a stopped candidate to the pending ones. */
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
  /**
   * Appends finished candidates to the observation log; returns those of `candidateIds` that are
   * finished.
   */
  tell(campaignId: string, candidateIds: string[]): Promise<string[]>;
  /** Whether a budget is used up, so that running candidates are stopped. */
  isBudgetExhausted(campaignId: string): Promise<boolean>;
  recordCampaignState(campaignId: string, state: CampaignState, failure: Failure | null): Promise<void>;
  untestedFrontMembers(campaignId: string): Promise<{ candidateId: string; artifact: string }[]>;
  recordTest(campaignId: string, candidateId: string, measurement: Measurement): Promise<void>;
  /** Records that a front member cannot be measured on the test split; it stays on the front. */
  recordUntested(campaignId: string, candidateId: string, failure: Failure): Promise<void>;
  /** How to make a candidate's model, from the dense network on. */
  candidateRecipe(campaignId: string, candidateId: string): Promise<ProposedCandidate>;
  /** Pending replicates of a reevaluation. */
  pendingReplicates(campaignId: string, atMost: number): Promise<PendingReplicate[]>;
  recordReplicate(
    campaignId: string,
    which: { candidateId: string; replicate: number },
    outcome: ReplicateOutcome,
  ): Promise<void>;
  /** Drops the pending replicates of a reevaluation. */
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
   * Runs all stages of a candidate, and measures it on the validation split. A new attempt resumes
   * a lost one.
   */
  pruneAndTrain(request: PruneAndTrainRequest): Promise<Trained>;
  prune(request: PruneRequest): Promise<ModelReference>;
  fineTune(request: FineTuneRequest): Promise<ModelReference>;
  evaluate(request: EvaluateRequest): Promise<Measurement>;
}
