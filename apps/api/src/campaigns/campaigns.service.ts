import { isDeepStrictEqual } from 'node:util';
import type { ArtifactStore } from '@espalier/artifacts';
import {
  campaignStart,
  campaignWorkflowId,
  FINAL_CAMPAIGN_STATES,
  reevaluationWorkflowId,
  type Campaign,
  type CampaignSpec,
  type DeleteRequest,
  type Deletion,
  type ExtendRequest,
  type Extension,
  type Front,
  type LaunchRequest,
  type PauseRequest,
  type PriorResult,
  type ReevaluateRequest,
  type Reevaluation,
  type RepriceRequest,
  type Retry,
  type RetryRequest,
} from '@espalier/contracts';
import { EnergyModelError } from '@espalier/energy-model';
import { NetworkError } from '@espalier/networks';
import {
  archiveCampaign,
  requestReplicates,
  createCampaign,
  deleteCampaign,
  extendCampaign,
  dropReplicates,
  findCampaign,
  unreferencedArtifactCutoff,
  readReevaluation,
  repriceCampaign,
  resolveCampaign,
  resolveCampaignId,
  retryCandidates,
  findUnreferencedArtifacts,
  type Database,
} from '@espalier/store';
import { cancelUpdate, pauseUpdate, resumeUpdate, type campaign } from '@espalier/workflows/client';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { isGrpcServiceError, ServiceError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { ARTIFACTS, DATABASE, TEMPORAL } from '../connections.js';
import { invalidFields, ProblemException } from '../problems/problem.js';
import { checkPriorResults } from './check-prior-results.js';
import { checkSpec } from './check-spec.js';

const UPDATES = { resume: resumeUpdate, cancel: cancelUpdate };
export type Verb = keyof typeof UPDATES | 'pause';

@Injectable()
export class CampaignsService {
  private readonly log = new Logger(CampaignsService.name);

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(TEMPORAL) private readonly temporal: Client,
    @Inject(ARTIFACTS) private readonly artifacts: ArtifactStore,
  ) {}

  /** Checks a spec and returns it with its defaults. Writes nothing. */
  async check(spec: CampaignSpec, priorResults?: readonly PriorResult[]): Promise<CampaignSpec> {
    const errors = [...(await checkSpec(spec)), ...checkPriorResults(spec, priorResults)];
    if (errors.length > 0) throw invalidFields(errors);
    return spec;
  }

  /**
   * Stores the campaign and starts its workflow; when Temporal is away, the orchestrator starts it
   * later.
   */
  async launch({ priorResults, ...spec }: LaunchRequest, idempotencyKey: string | null): Promise<Campaign> {
    await this.check(spec, priorResults);
    const { id, created } = await createCampaign(this.database, spec, idempotencyKey, priorResults);
    const launched = await findCampaign(this.database, id);
    if (!created) return launched;
    await this.#start(launched);
    this.log.log({ campaign: spec.name, campaignId: id }, 'launched');
    return findCampaign(this.database, id);
  }

  /** Extends the budgets of a finished campaign, and resumes it. */
  async extend(nameOrId: string, request: ExtendRequest): Promise<Extension> {
    const ended = await findCampaign(this.database, nameOrId);
    const extension = await extendCampaign(this.database, ended.id, request);
    if (!request.dryRun && !isDeepStrictEqual(extension.budget, extension.budgetBefore)) await this.#start(ended);
    return extension;
  }

  /** Retries candidates without a result, and resumes the campaign. */
  async retry(nameOrId: string, request: RetryRequest): Promise<Retry> {
    const ended = await findCampaign(this.database, nameOrId);
    const retry = await retryCandidates(this.database, ended.id, request);
    if (!request.dryRun && retry.retried.length > 0) await this.#start(ended);
    return retry;
  }

  /** Prices all candidates on another accelerator. */
  async reprice(nameOrId: string, request: RepriceRequest): Promise<Front> {
    const id = await resolveCampaignId(this.database, nameOrId);
    try {
      return await repriceCampaign(this.database, id, request);
    } catch (error) {
      if (!(error instanceof NetworkError || error instanceof EnergyModelError)) throw error;
      throw invalidFields([{ field: 'accelerator', message: error.message }]);
    }
  }

  /** Requests replicates of the front's members; the orchestrator starts them within seconds. */
  async reevaluate(nameOrId: string, request: ReevaluateRequest): Promise<Reevaluation> {
    const id = await resolveCampaignId(this.database, nameOrId);
    return requestReplicates(this.database, id, request);
  }

  /** Stops a reevaluation within seconds. */
  async stopReevaluation(nameOrId: string): Promise<Reevaluation> {
    const id = await resolveCampaignId(this.database, nameOrId);
    await dropReplicates(this.database, id);
    try {
      await this.temporal.workflow.getHandle(reevaluationWorkflowId(id)).cancel();
    } catch (error) {
      // It has not begun, or has finished.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
    return readReevaluation(this.database, id);
  }

  async archive(nameOrId: string): Promise<Campaign> {
    const id = await resolveCampaignId(this.database, nameOrId);
    await archiveCampaign(this.database, id);
    return findCampaign(this.database, id);
  }

  /**
   * Deletes a campaign, and the files that nothing refers to any more. A file that cannot be
   * removed only takes room.
   */
  async remove(nameOrId: string, request: DeleteRequest): Promise<Deletion> {
    const id = await resolveCampaignId(this.database, nameOrId);
    const { artifacts, ...deletion } = await deleteCampaign(this.database, id, request);
    if (!request.dryRun) await this.#removeFiles(artifacts);
    const unreferencedArtifacts = await this.#removeUnreferencedArtifacts(request);
    return { ...deletion, unreferencedArtifacts, leftovers: unreferencedArtifacts };
  }

  /**
   * Removes artifacts that nothing refers to: pruned networks before their training, and
   * checkpoints of late attempts.
   */
  async #removeUnreferencedArtifacts({ dryRun }: DeleteRequest): Promise<Deletion['unreferencedArtifacts']> {
    const old = await this.artifacts.writtenBefore(await unreferencedArtifactCutoff(this.database));
    const unreferenced = await findUnreferencedArtifacts(
      this.database,
      old.map(({ hash }) => hash),
    );
    const removable = old.filter(({ hash }) => unreferenced.has(hash));
    if (!dryRun) await this.#removeFiles(removable.map(({ hash }) => hash));
    return { files: removable.length, bytes: removable.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  async #removeFiles(hashes: readonly string[]): Promise<void> {
    for (const hash of hashes) {
      await this.artifacts.remove(hash).catch((error: unknown) => this.log.warn({ error, hash }, 'a file stays'));
    }
  }

  /**
   * When Temporal is away, or the earlier workflow still closes, the orchestrator starts it soon.
   */
  async #start(started: Campaign): Promise<void> {
    try {
      await this.temporal.workflow.start<typeof campaign>('campaign', campaignStart(started));
    } catch (error) {
      if (!(isGrpcServiceError(error) || error instanceof ServiceError)) throw error;
      this.log.warn(`Temporal is out of reach: the orchestrator will start campaign ${started.name} (${started.id})`);
    }
  }

  /**
   * Pauses, resumes or cancels a campaign. Repeated calls change nothing: a cancelled campaign is
   * returned as it is.
   */
  async tell(nameOrId: string, verb: Verb, { now }: PauseRequest = { now: false }): Promise<Campaign> {
    const { id, name, state } = await resolveCampaign(this.database, nameOrId);
    if (state === 'cancelled' && verb === 'cancel') return findCampaign(this.database, id);
    if (FINAL_CAMPAIGN_STATES.includes(state)) {
      throw new ProblemException(
        409,
        'Conflict',
        `campaign '${name}' is ${state}: it cannot ${verb}; launch another one`,
      );
    }
    try {
      const handle = this.temporal.workflow.getHandle(campaignWorkflowId(id));
      if (verb === 'pause') await handle.executeUpdate(pauseUpdate, { args: [{ now }] });
      else await handle.executeUpdate(UPDATES[verb]);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      throw new ProblemException(
        503,
        'Unavailable',
        `campaign '${name}' has no workflow yet: the orchestrator starts it within seconds; try again`,
      );
    }
    return findCampaign(this.database, id);
  }
}
