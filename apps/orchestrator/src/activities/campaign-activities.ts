import {
  candidateStart,
  EARLIER_ACTIVITY_NAMES,
  errorType,
  parallelismOn,
  type CampaignActivities,
  type CampaignSpec,
  type ErrorTypeName,
  type DeviceClass,
  type LoadedPlan,
  type PruningSchedule,
  type ClaimResult,
} from '@espalier/contracts';
import { resolveAccelerator } from '@espalier/pricing';
import { SpaceExhaustedError, type Strategy } from '@espalier/search';
import {
  proposeCandidates,
  adoptDenseModel,
  campaignSpec,
  dropReplicates,
  findCampaign,
  untestedFrontMembers,
  candidateRecipe,
  isDatabaseUnreachable,
  recordDenseModel,
  recordFailure,
  recordReplicate,
  recordTest,
  recordUntested,
  releaseCandidate,
  pendingReplicates,
  setCampaignState,
  findExhaustedBudget,
  claimCandidates,
  tellCandidates,
  unfinishedCandidates,
  type Database,
  type Claim,
  type SpaceExhausted,
} from '@espalier/store';
import type { candidate } from '@espalier/workflows/client';
import { Context, log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { Batcher } from '../batching/batcher.js';
import { batchedResultWriter } from '../batching/batched-result-writer.js';
import { recordRepeatedError } from './record-repeated-error.js';
import { signalCandidatesSettled } from './signal-candidates-settled.js';
import { StrategyCache } from '../proposing/strategy-cache.js';

/** Less than the activities' timeout of a minute. */
const WAIT_FOR_WORKER_MS = 45_000;

/**
 * Creates the orchestrator's activities.
 *
 * @param deviceClass the device class of campaigns that name none
 */
export function createCampaignActivities({
  database,
  client,
  deviceClass,
}: {
  database: Database;
  client: Client;
  /** Null while no worker is registered. */
  deviceClass: () => Promise<DeviceClass | null>;
}): CampaignActivities {
  const strategies = new StrategyCache();
  // Claims of all campaigns share a batch: they change nothing but candidates.
  const claims = new Batcher<Claim, ClaimResult>({ least: 200, most: 200 }, (_, all) => claimCandidates(database, all));
  const writeResult = batchedResultWriter(database);
  const ends = new Batcher<string, void>({ least: 300, most: 3000 }, async (campaignId, candidateIds) => {
    await signalCandidatesSettled(client, campaignId, candidateIds);
    return candidateIds.map(() => ({ status: 'fulfilled', value: undefined }));
  });
  return withTypedErrors(database, {
    async loadPlan(campaignId): Promise<LoadedPlan> {
      const { spec, state, dense } = await findCampaign(database, campaignId);
      const task = taskOf(spec);
      const on = spec.deviceClass ?? (await deviceClass());
      const known = dense?.artifact ?? (await adoptDenseModel(database, campaignId, task));
      return {
        task,
        accelerator: resolveAccelerator(spec.accelerator),
        batch: spec.batch,
        imagesPerEpoch: spec.space.fineTune.imagesPerEpoch ?? null,
        parallelism: parallelismOn(spec, on ?? 'cpu'),
        deviceClass: on,
        state,
        dense: known === null ? null : { artifact: known },
        isTimed: spec.budget.wallClockHours !== undefined || spec.budget.deviceHours !== undefined,
        ...(spec.rungs && { hasRungs: true }),
      };
    },
    async chooseDevice(campaignId) {
      const spec = await campaignSpec(database, campaignId);
      const until = Date.now() + WAIT_FOR_WORKER_MS;
      for (;;) {
        const on = await deviceClass();
        if (on !== null) return { deviceClass: on, parallelism: parallelismOn(spec, on) };
        if (Date.now() >= until) throw ApplicationFailure.retryable('no worker has said that it is there', 'NoWorker');
        await Context.current().sleep(1_000);
      }
    },
    async recordDense(campaignId, model, validation, test) {
      return recordDenseModel(
        database,
        campaignId,
        taskOf(await campaignSpec(database, campaignId)),
        model,
        validation,
        test,
      );
    },
    async ask(campaignId, atMost, alreadyStarted) {
      const left = await unfinishedCandidates(database, campaignId, alreadyStarted);
      if (left.length >= atMost) return left.slice(0, atMost);
      const spec = await campaignSpec(database, campaignId);
      const added = await proposeCandidates(database, campaignId, atMost - left.length, async (told) => {
        const strategy = await strategies.after(campaignId, spec, told);
        return {
          ask: (number, pending) => {
            const asked = askUnlessExhausted(strategy, number, pending);
            if ('exhaustedSchedules' in asked) return asked;
            if (asked.remark !== undefined) log.warn(asked.remark, { campaign: spec.name, campaignId, number });
            return asked;
          },
          expect: (number, schedules, pending) => strategy.expect(number, schedules, pending),
        };
      });
      for (const { candidateId, number, schedule } of added) {
        log.info('asked for a candidate', { campaign: spec.name, campaignId, candidateId, number, schedule });
      }
      return [...left, ...added];
    },
    async startCandidates(setting, asked) {
      const spec = await campaignSpec(database, setting.campaignId);
      await Promise.all(
        asked.map((each) =>
          client.workflow.start<typeof candidate>('candidate', {
            ...candidateStart({ ...setting, ...each }, spec),
            // The first task comes with the answer, which saves Temporal a sixth of its work.
            requestEagerStart: true,
          }),
        ),
      );
    },
    signalFinished: (campaignId, candidateId) => ends.do(campaignId, candidateId),
    unfinishedCandidates: (campaignId) => unfinishedCandidates(database, campaignId),
    claimCandidate: (campaignId, candidateId, run) => claims.do('', { campaignId, candidateId, run }),
    releaseCandidate: (campaignId, candidateId, run) => releaseCandidate(database, campaignId, candidateId, run),
    async recordCandidate(campaignId, candidateId, model, measurement, run) {
      await writeResult({ campaignId, candidateId, model, measurement, run });
      log.info('recorded a candidate', { campaignId, candidateId, accuracy: measurement.accuracy });
    },
    async recordFailure(campaignId, candidateId, state, failure, run) {
      await recordFailure(database, campaignId, candidateId, state, failure, run);
      log.warn('a candidate has no result', { campaignId, candidateId, state, failure });
    },
    tell: (campaignId, candidateIds) => tellCandidates(database, campaignId, candidateIds),
    async isBudgetExhausted(campaignId) {
      const spent = await findExhaustedBudget(database, campaignId, await campaignSpec(database, campaignId));
      return spent?.budget === 'wallClockHours' || spent?.budget === 'deviceHours';
    },
    recordCampaignState: (campaignId, state, failure) => setCampaignState(database, campaignId, state, failure),
    untestedFrontMembers: (campaignId) => untestedFrontMembers(database, campaignId),
    pendingReplicates: (campaignId, atMost) => pendingReplicates(database, campaignId, atMost),
    recordReplicate: (campaignId, which, outcome) => recordReplicate(database, campaignId, which, outcome),
    dropReplicates: (campaignId) => dropReplicates(database, campaignId),
    candidateRecipe: (campaignId, candidateId) => candidateRecipe(database, campaignId, candidateId),
    recordTest: (campaignId, candidateId, measurement) => recordTest(database, campaignId, candidateId, measurement),
    async recordUntested(campaignId, candidateId, failure) {
      await recordUntested(database, campaignId, candidateId, failure);
      log.warn('a front member cannot be tested', { campaignId, candidateId, failure });
    },
  });
}

function askUnlessExhausted(
  strategy: Strategy,
  number: number,
  pending: readonly PruningSchedule[],
): ReturnType<Strategy['ask']> | SpaceExhausted {
  try {
    return strategy.ask(number, pending);
  } catch (error) {
    if (error instanceof SpaceExhaustedError) return { exhaustedSchedules: error.points };
    throw error;
  }
}

/** The activities, also under the names by which workflows of the version before call them. */
export function withEarlierNames(activities: CampaignActivities): CampaignActivities {
  const earlier = Object.entries(activities).flatMap(([name, activity]: [string, unknown]) => {
    const earlierName = EARLIER_ACTIVITY_NAMES[name as keyof CampaignActivities];
    return earlierName === undefined ? [] : [[earlierName, activity]];
  });
  return { ...activities, ...(Object.fromEntries(earlier) as Partial<CampaignActivities>) };
}

function taskOf(spec: CampaignSpec): LoadedPlan['task'] {
  return {
    network: spec.network,
    ...(spec.weights !== undefined && { weights: spec.weights }),
    data: spec.data,
    seed: spec.strategy.seed,
    trainingImages: spec.subset?.trainingImages ?? null,
  };
}

/**
 * Fails without a retry what another attempt would only meet again (`ERROR_TYPES`). Other errors
 * are retried, and recorded as events of the campaign in case they repeat.
 */
function withTypedErrors(database: Database, activities: CampaignActivities): CampaignActivities {
  const wrapped = Object.entries(activities).map(
    ([name, activity]: [string, (...args: never[]) => Promise<unknown>]) => [
      name,
      async (...args: never[]) => {
        try {
          return await activity(...args);
        } catch (error) {
          if (error instanceof Error && !errorType(error.name).isRetried) {
            throw ApplicationFailure.nonRetryable(error.message, error.name);
          }
          if (isDatabaseUnreachable(error)) {
            throw ApplicationFailure.retryable(
              'Postgres is out of reach; it will be tried again',
              'StoreUnreachable' satisfies ErrorTypeName,
            );
          }
          // Temporal's own failures, such as a cancellation, are no errors of the activity.
          if (!(error instanceof TemporalFailure)) await recordRepeatedError(database, error);
          throw error;
        }
      },
    ],
  );
  return Object.fromEntries(wrapped) as CampaignActivities;
}
