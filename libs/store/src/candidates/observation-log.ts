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

/** A settled candidate as a strategy is told of it, in the order of `order`. */
export interface Observation {
  readonly order: number;
  readonly number: number;
  readonly schedule: PruningSchedule;
  /** Null for one that failed or was cancelled. */
  readonly result: { readonly accuracy: number; readonly energy: number; readonly latency: number | null } | null;
  /**
   * Part of its fine-tuning after which it was measured: less than 1 for one that stopped at a
   * rung.
   */
  readonly fidelity: number;
}

/** What a campaign's strategy was told, in order; looked at within the transaction that asks. */
export interface ObservationLog {
  count(): Promise<number>;
  /** Those told later than `order`; all of them after -1. */
  after(order: number): Promise<Observation[]>;
  /** What is told before all of them, from elsewhere. */
  prior(): Promise<PriorResult[]>;
  /** What the unpruned network is and costs. */
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
