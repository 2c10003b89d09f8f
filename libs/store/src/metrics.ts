import type { CandidateState } from '@espalier/contracts';
import type { Database } from './database/client.js';

/** Metrics of one campaign. */
export interface CampaignMetrics {
  readonly campaign: string;
  readonly candidates: Readonly<Partial<Record<CandidateState, number>>>;
  readonly hypervolume: number;
  readonly deviceSeconds: number;
}

/** Metrics of unfinished campaigns, and of those that finished within a day. */
export async function campaignMetrics(database: Database): Promise<CampaignMetrics[]> {
  const campaigns = await database.campaign.findMany({
    where: { OR: [{ finishedAt: null }, { finishedAt: { gte: new Date(Date.now() - 86_400_000) } }] },
    select: { id: true, name: true, front: { select: { hypervolume: true } } },
  });
  const among = { campaignId: { in: campaigns.map(({ id }) => id) } };
  const counted = await database.candidate.groupBy({ by: ['campaignId', 'state'], where: among, _count: true });
  const used = await database.deviceUse.groupBy({ by: ['campaignId'], where: among, _sum: { seconds: true } });
  return campaigns.map(({ id, name, front }) => ({
    campaign: name,
    candidates: Object.fromEntries(
      counted.filter(({ campaignId }) => campaignId === id).map(({ state, _count }) => [state, _count]),
    ),
    hypervolume: front?.hypervolume ?? 0,
    deviceSeconds: used.find(({ campaignId }) => campaignId === id)?._sum.seconds ?? 0,
  }));
}

export interface TrainingMetrics {
  /** Checkpoints that were written, one for each epoch. */
  readonly checkpoints: number;
  /** Attempts at trainings; lost attempts make it more than the trainings. */
  readonly attempts: number;
  readonly trainings: number;
}

export async function trainingMetrics(database: Database): Promise<TrainingMetrics> {
  const { _sum, _count } = await database.training.aggregate({
    _sum: { checkpointsWritten: true, term: true },
    _count: true,
  });
  return { checkpoints: _sum.checkpointsWritten ?? 0, attempts: _sum.term ?? 0, trainings: _count };
}
