import { CampaignSpecSchema, type CampaignSpec, type Front } from '@espalier/contracts';
import { describeCandidate, WITH_RESULTS } from './candidates.js';
import { allowedBy, violationOf } from './constraints.js';
import type { Database } from './database.js';
import { denseOf } from './dense-models.js';
import { frontOf, frontPoint } from './front-of.js';
import type { Prisma } from './generated/client.js';

interface Member {
  readonly id: string;
  readonly number: number;
  readonly accuracy: number;
  readonly energy: number;
}
interface Result extends Member {
  readonly latency: number | null;
}

/**
 * Puts results into their places on the front, one after the other. What left the front before is dominated by what is there, so that
 * the members and the new ones are all that has to be looked at, however many results there are.
 *
 * @returns of each whether it is on the front, and the front's hypervolume with it
 */
export async function updateFront(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  spec: CampaignSpec,
  results: readonly Result[],
): Promise<{ joined: boolean; hypervolume: number }[]> {
  const ids = new Set(results.map(({ id }) => id));
  const lookUp = async (where: Prisma.CandidateWhereInput): Promise<Member[]> => {
    const select = { id: true, number: true, accuracy: true, energy: true };
    const rows = await transaction.candidate.findMany({ where: { campaignId, ...where }, select });
    return rows.map(({ accuracy, energy, ...row }) => ({
      ...row,
      accuracy: accuracy ?? 0,
      energy: energy ?? Infinity,
    }));
  };
  const before = await lookUp({ frontPoint: { isNot: null } });
  const wasMember = before.some(({ id }) => ids.has(id));
  // Where the model of an earlier rung was a member, results that this one dominated may come back.
  let known = wasMember ? await lookUp({ id: { notIn: [...ids] }, ...allowedBy(spec.constraints) }) : before;
  const denseModel = await transaction.denseModel.findFirst({ where: { campaigns: { some: { id: campaignId } } } });
  const denseEnergy = denseModel ? denseOf(spec, denseModel).energy.total : Infinity;
  let front: { members: Member[]; hypervolume: number } = { members: known, hypervolume: 0 };
  const places = results.map((result) => {
    const isAllowed = violationOf(spec.constraints, result) === 0;
    // Of equal results the one that was asked for first is kept, whichever came first.
    known = [...known, ...(isAllowed ? [result] : [])].sort((a, b) => a.number - b.number);
    front = frontOf(known, denseEnergy);
    known = front.members;
    return { joined: front.members.some(({ id }) => id === result.id), hypervolume: front.hypervolume };
  });
  const { members, hypervolume } = front;
  // A front may have thousands of members.
  const [was, is] = [before, members].map((front) => new Set(front.map(({ id }) => id)));
  const left = before.filter(({ id }) => !is.has(id));
  const came = members.filter(({ id }) => !was.has(id));
  const changes = places.filter(({ joined }) => joined).length || (wasMember ? 1 : 0);
  await transaction.front.upsert({
    where: { campaignId },
    create: { campaignId, version: changes, hypervolume },
    update: { hypervolume, version: { increment: changes } },
  });
  if (left.length > 0) {
    await transaction.frontPoint.deleteMany({ where: { candidateId: { in: left.map(({ id }) => id) } } });
  }
  if (came.length > 0) {
    await transaction.frontPoint.createMany({ data: came.map(({ id }) => ({ campaignId, candidateId: id })) });
  }
  return places;
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
