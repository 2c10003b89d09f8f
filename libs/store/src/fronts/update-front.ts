import { type CampaignSpec } from '@espalier/contracts';

import { computeFront, constraintViolation } from '@espalier/campaign-policy';
import { satisfiesConstraints } from '../candidates/constraints-filter.js';
import type { Prisma } from '../generated/client.js';
import { denseOf } from '../training/dense-models.js';

interface Member {
  readonly id: string;
  readonly campaignId: string;
  readonly number: number;
  readonly accuracy: number;
  readonly energy: number;
  readonly latency: number | null;
}
interface Result extends Member {
  readonly spec: CampaignSpec;
}
interface Place {
  readonly joined: boolean;
  readonly hypervolume: number;
}
/** The change of a campaign's front by its new results. */
interface Change {
  readonly campaignId: string;
  readonly hypervolume: number;
  /** Versions that the front gains. */
  readonly changes: number;
  readonly left: readonly Member[];
  readonly came: readonly Member[];
}

/**
 * Adds results to the fronts of their campaigns, one after the other. Candidates that left a front
 * before are dominated by its members, so only members and new results are compared.
 *
 * @returns for each result whether it joined its front, and the front's hypervolume with it
 */
export async function updateFronts(
  transaction: Prisma.TransactionClient,
  results: readonly Result[],
): Promise<Place[]> {
  const campaignIds = [...new Set(results.map(({ campaignId }) => campaignId))];
  const members = await lookUp(transaction, { campaignId: { in: campaignIds }, frontPoint: { isNot: null } });
  const campaigns = await transaction.campaign.findMany({
    where: { id: { in: campaignIds } },
    select: { id: true, denseModel: true },
  });
  const places = new Map<Result, Place>();
  const changes: Change[] = [];
  for (const { id: campaignId, denseModel } of campaigns) {
    const own = results.filter((result) => result.campaignId === campaignId);
    const [{ spec }] = own;
    const before = members.filter((member) => member.campaignId === campaignId);
    const ids = new Set(own.map(({ id }) => id));
    const wasMember = before.some(({ id }) => ids.has(id));
    // A candidate may leave the front with its next rung: results that it dominated may return.
    let known = wasMember
      ? await lookUp(transaction, { campaignId, id: { notIn: [...ids] }, ...satisfiesConstraints(spec.constraints) })
      : before;
    const dense = denseModel && denseOf(spec, denseModel);
    let hypervolume = 0;
    for (const result of own) {
      const isAllowed = constraintViolation(spec.constraints, result) === 0;
      // Of equal results the one with the lower number stays.
      const candidates = [...known, ...(isAllowed ? [result] : [])].sort((a, b) => a.number - b.number);
      ({ members: known, hypervolume } = computeFront(candidates, dense, spec.objectives[1]));
      places.set(result, { joined: known.some(({ id }) => id === result.id), hypervolume });
    }
    // A front may have thousands of members.
    const [was, is] = [before, known].map((front) => new Set(front.map(({ id }) => id)));
    changes.push({
      campaignId,
      hypervolume,
      changes: own.filter((result) => places.get(result)?.joined).length || (wasMember ? 1 : 0),
      left: before.filter(({ id }) => !is.has(id)),
      came: known.filter(({ id }) => !was.has(id)),
    });
  }
  await writeChanges(transaction, changes);
  return results.map((result) => places.get(result) ?? { joined: false, hypervolume: 0 });
}

async function lookUp(transaction: Prisma.TransactionClient, where: Prisma.CandidateWhereInput): Promise<Member[]> {
  const select = { id: true, campaignId: true, number: true, accuracy: true, energy: true, latency: true };
  const rows = await transaction.candidate.findMany({ where, select });
  return rows.map(({ accuracy, energy, ...row }) => ({ ...row, accuracy: accuracy ?? 0, energy: energy ?? Infinity }));
}

async function writeChanges(transaction: Prisma.TransactionClient, changes: readonly Change[]): Promise<void> {
  const column = <Of>(of: (each: Change) => Of): Of[] => changes.map(of);
  await transaction.$executeRaw`
    INSERT INTO fronts (campaign_id, version, hypervolume, updated_at)
    SELECT campaign_id, changes, hypervolume, ${new Date()}
      FROM unnest(
        ${column(({ campaignId }) => campaignId)}::uuid[], ${column((each) => each.changes)}::int[],
        ${column(({ hypervolume }) => hypervolume)}::float8[]
      ) AS change (campaign_id, changes, hypervolume)
    ON CONFLICT (campaign_id) DO UPDATE SET
      version = fronts.version + excluded.version, hypervolume = excluded.hypervolume, updated_at = excluded.updated_at`;
  const left = changes.flatMap(({ left }) => left.map(({ id }) => id));
  if (left.length > 0) await transaction.frontPoint.deleteMany({ where: { candidateId: { in: left } } });
  const came = changes.flatMap(({ came }) => came.map(({ id, campaignId }) => ({ campaignId, candidateId: id })));
  if (came.length > 0) await transaction.frontPoint.createMany({ data: came });
}
