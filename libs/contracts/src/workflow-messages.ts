import type { AcceleratorSchema } from './accelerator.js';
import type { CampaignState } from './campaign.js';
import type { CandidateStateWithoutResult, Failure } from './candidate.js';
import type { PruningSchedule } from './schedule.js';
import type {
  EvaluateRequest,
  FineTuneRequest,
  Measurement,
  ModelReference,
  PruneRequest,
  TrainDenseRequest,
  TrainingTask,
} from './training.js';
import type { z } from 'zod';

/** Task queues: one for bookkeeping, one for each class of device. */
export const ORCHESTRATOR_QUEUE = 'orchestrator';
export const deviceQueue = (deviceClass: string): string => `device-${deviceClass}`;

export const campaignWorkflowId = (campaignId: string): string => `campaign-${campaignId}`;
export const candidateWorkflowId = (candidateId: string): string => `candidate-${candidateId}`;

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
}

export interface AskedCandidate {
  candidateId: string;
  number: number;
  schedule: PruningSchedule;
}

export interface CandidateInput extends AskedCandidate {
  campaignId: string;
  dense: string;
  plan: CampaignPlan;
}

export interface CandidateSettled {
  candidateId: string;
}

export interface CampaignProgress {
  state: CampaignState;
  running: number;
  started: number;
  settled: number;
}

/** Activities of the orchestrator's queue. Each may be tried any number of times and takes effect once. */
export interface BookkeepingActivities {
  loadPlan(campaignId: string): Promise<CampaignPlan>;
  recordDense(
    campaignId: string,
    model: ModelReference,
    validation: Measurement,
    test: Measurement,
  ): Promise<{ artifact: string }>;
  /**
   * Candidates that were asked for and are not settled, then new ones up to the budget; at most `atMost`, none of
   * `alreadyStarted`.
   */
  ask(campaignId: string, atMost: number, alreadyStarted: string[]): Promise<AskedCandidate[]>;
  /** Candidates that were asked for and have no end in the store. */
  unsettled(campaignId: string): Promise<AskedCandidate[]>;
  recordRunning(campaignId: string, candidateId: string): Promise<void>;
  recordCandidate(
    campaignId: string,
    candidateId: string,
    model: ModelReference,
    measurement: Measurement,
  ): Promise<void>;
  recordFailure(
    campaignId: string,
    candidateId: string,
    state: CandidateStateWithoutResult,
    failure: Failure,
  ): Promise<void>;
  /** Tells the strategy of settled candidates; returns those of `candidateIds` that are settled. */
  tell(campaignId: string, candidateIds: string[]): Promise<string[]>;
  recordCampaignState(campaignId: string, state: CampaignState, failure: Failure | null): Promise<void>;
  frontWithoutTest(campaignId: string): Promise<{ candidateId: string; artifact: string }[]>;
  recordTest(campaignId: string, candidateId: string, measurement: Measurement): Promise<void>;
}

/** Activities of a device's queue. */
export interface TrainingActivities {
  trainDense(request: TrainDenseRequest): Promise<ModelReference>;
  prune(request: PruneRequest): Promise<ModelReference>;
  fineTune(request: FineTuneRequest): Promise<ModelReference>;
  evaluate(request: EvaluateRequest): Promise<Measurement>;
}
