import { denseCost, epochsOfRung } from '@espalier/campaign-policy';
import {
  PriorResultsSchema,
  PruningScheduleSchema,
  SparsityProfileSchema,
  type CampaignSpec,
  type PriorResult,
  type PruningSchedule,
  type SparsityProfile,
} from '@espalier/contracts';
import { NotFoundError } from '../database/errors.js';
import type { Prisma } from '../generated/client.js';
import { denseOf } from '../training/dense-models.js';

/** A finished candidate as the strategy observes it, at its position in the log. */
export interface Observation {
  readonly order: number;
  readonly number: number;
  readonly schedule: PruningSchedule;
  /** Null for a candidate that failed or was cancelled. */
  readonly result: { readonly accuracy: number; readonly energy: number; readonly latency: number | null } | null;
  /** Part of the fine-tuning that was done: less than 1 for a candidate that stopped at a rung. */
  readonly fidelity: number;
}

/** The observations of a campaign's strategy, in order, read in the transaction of a proposal. */
export interface ObservationLog {
  count(): Promise<number>;
  /** Observations after the position `order`; all of them after -1. */
  after(order: number): Promise<Observation[]>;
  /** Results from elsewhere, which come before all observations. */
  prior(): Promise<PriorResult[]>;
  /** Profile and cost of the unpruned network. */
  dense(): Promise<{ profile: SparsityProfile; cost: number }>;
}

export function observationLog(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  spec: CampaignSpec,
): ObservationLog {
  return {
    count: () => transaction.candidate.count({ where: { campaignId, observationOrder: { not: null } } }),
    dense: async () => {
      const { denseModel } = await transaction.campaign.findUniqueOrThrow({
        where: { id: campaignId },
        include: { denseModel: true },
      });
      if (!denseModel) throw new NotFoundError('dense network of campaign', campaignId);
      const profile = SparsityProfileSchema.parse(denseModel.profile);
      return { profile, cost: denseCost(denseOf(spec, denseModel), spec.objectives[1]) };
    },
    prior: async () => {
      const row = await transaction.priorResults.findUnique({ where: { campaignId } });
      return row === null ? [] : PriorResultsSchema.parse(row.results);
    },
    after: async (order) => {
      const rows = await transaction.candidate.findMany({
        where: { campaignId, observationOrder: { gt: order } },
        orderBy: { observationOrder: 'asc' },
        select: {
          observationOrder: true,
          number: true,
          schedule: true,
          state: true,
          rung: true,
          accuracy: true,
          energy: true,
          latency: true,
        },
      });
      return rows.map((row) => ({
        order: row.observationOrder ?? 0,
        number: row.number,
        ...observedSchedule(spec, row),
        result:
          row.accuracy === null || row.energy === null
            ? null
            : { accuracy: row.accuracy, energy: row.energy, latency: row.latency },
      }));
    },
  };
}

function observedSchedule(
  spec: CampaignSpec,
  row: { schedule: unknown; state: string; rung: number | null },
): { schedule: PruningSchedule; fidelity: number } {
  const schedule = PruningScheduleSchema.parse(row.schedule);
  const { epochs } = schedule.fineTune;
  const fidelity = row.state === 'completed' || epochs === 0 ? 1 : epochsOfRung(spec, schedule, row.rung) / epochs;
  return { schedule, fidelity };
}
