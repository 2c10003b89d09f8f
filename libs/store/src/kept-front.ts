import { CampaignSpecSchema, type CampaignSpec, type Front } from '@espalier/contracts';
import { describeCandidate, WITH_RESULTS } from './candidates.js';
import { allowedBy, violationOf } from './constraints.js';
import type { Database } from './database.js';
import { denseOf } from './dense-models.js';
import { frontOf, frontPoint } from './front-of.js';
import type { Prisma } from './generated/client.js';

interface Result {
  readonly id: string;
  readonly number: number;
  readonly accuracy: number;
  readonly energy: number;
  readonly latency: number | null;
}

/**
 * Puts a result into its place on the front. What left the front before is dominated by what is there, so that the members and
 * the new one are all that has to be looked at, however many results there are.
 *
 * @returns whether it is on the front, and the front's hypervolume
 */
export async function updateFront(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  spec: CampaignSpec,
  result: Result,
): Promise<{ joined: boolean; hypervolume: number }> {
  const lookUp = (where: Prisma.CandidateWhereInput) =>
    transaction.candidate.findMany({
      where: { campaignId, ...where },
      select: { id: true, number: true, accuracy: true, energy: true },
    });
  const before = await lookUp({ frontPoint: { isNot: null } });
  const wasMember = before.some(({ id }) => id === result.id);
  // Where its model of an earlier rung was a member, results that this one dominated may come back.
  const rows = wasMember ? await lookUp({ id: { not: result.id }, ...allowedBy(spec.constraints) }) : before;
  const known = rows.map(({ accuracy, energy, ...row }) => ({
    ...row,
    accuracy: accuracy ?? 0,
    energy: energy ?? Infinity,
  }));
  const isAllowed = violationOf(spec.constraints, result) === 0;
  // Of equal results the one that was asked for first is kept, whichever came first.
  const all = [...known, ...(isAllowed ? [result] : [])].sort((a, b) => a.number - b.number);
  const denseModel = await transaction.denseModel.findFirst({ where: { campaigns: { some: { id: campaignId } } } });
  const denseEnergy = denseModel ? denseOf(spec, denseModel).energy.total : Infinity;
  const { members, hypervolume } = frontOf(all, denseEnergy);
  const joined = members.some(({ id }) => id === result.id);
  await transaction.front.upsert({
    where: { campaignId },
    create: { campaignId, version: joined ? 1 : 0, hypervolume },
    update: { hypervolume, ...(joined || wasMember ? { version: { increment: 1 } } : {}) },
  });
  const left = before.filter(({ id }) => !members.some((member) => member.id === id));
  const came = members.filter(({ id }) => !before.some((member) => member.id === id));
  if (left.length > 0) {
    await transaction.frontPoint.deleteMany({ where: { candidateId: { in: left.map(({ id }) => id) } } });
  }
  if (came.length > 0) {
    await transaction.frontPoint.createMany({ data: came.map(({ id }) => ({ campaignId, candidateId: id })) });
  }
  return { joined, hypervolume };
}

/** A campaign's front as of its last result. */
export async function readFront(database: Database, campaignId: string): Promise<Front> {
  const campaign = await database.campaign.findUniqueOrThrow({
    where: { id: campaignId },
    include: { front: true, denseModel: true },
  });
  const rows = await database.candidate.findMany({
    where: { campaignId, frontPoint: { isNot: null } },
    include: WITH_RESULTS,
    orderBy: { energy: 'asc' },
  });
  const spec = CampaignSpecSchema.parse(campaign.spec);
  return {
    campaign: campaign.name,
    hypervolume: campaign.front?.hypervolume ?? 0,
    dense: campaign.denseModel ? denseOf(spec, campaign.denseModel) : null,
    points: rows.map(describeCandidate).map((candidate) => frontPoint(candidate, candidate.energy)),
  };
}

/** Front members that have not been measured on the test split. */
export async function frontWithoutTest(
  database: Database,
  campaignId: string,
): Promise<{ candidateId: string; artifact: string }[]> {
  const rows = await database.candidate.findMany({
    where: { campaignId, frontPoint: { isNot: null }, evaluations: { none: { split: 'test' } } },
    orderBy: { number: 'asc' },
    select: { id: true, artifactHash: true },
  });
  return rows.flatMap(({ id, artifactHash }) =>
    artifactHash === null ? [] : [{ candidateId: id, artifact: artifactHash }],
  );
}
