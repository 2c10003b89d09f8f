import { type CampaignSpec, type PriorResult } from '@espalier/contracts';
import { createHash } from 'node:crypto';
import type { Database } from '../database/client.js';
import { ConflictError } from '../database/errors.js';
import { recordEvent } from '../events/events.js';
import { Prisma } from '../generated/client.js';
import { importResults, keepPriorResults } from './warm-start.js';

/**
 * Creates a campaign, once: the same spec under the same name or idempotency key gives the first
 * one.
 *
 * @throws ConflictError when the name or the key belongs to another spec, or prior results are of
 *   another network or data
 */
export async function createCampaign(
  database: Database,
  spec: CampaignSpec,
  idempotencyKey: string | null,
  priorResults?: readonly PriorResult[],
): Promise<{ id: string; created: boolean }> {
  const launched = priorResults ? { ...spec, priorResults } : spec;
  const specHash = createHash('sha256').update(JSON.stringify(launched)).digest('hex');
  const existing = await database.campaign.findFirst({
    where: { OR: [{ name: spec.name }, ...(idempotencyKey === null ? [] : [{ idempotencyKey }])] },
  });
  if (existing) {
    if (idempotencyKey !== null && existing.idempotencyKey === idempotencyKey && existing.specHash !== specHash) {
      throw new ConflictError('Idempotency-Key', `was used for another spec, that of campaign '${existing.name}'`);
    }
    if (existing.specHash === specHash) return { id: existing.id, created: false };
    throw new ConflictError(
      'name',
      `there is a campaign '${spec.name}' with another spec already; choose another name, or resume that one`,
    );
  }
  try {
    const { id } = await database.$transaction(async (transaction) => {
      const campaign = await transaction.campaign.create({
        data: { name: spec.name, spec, specHash, idempotencyKey },
      });
      await recordEvent(transaction, campaign.id, 'campaign-launched', {});
      await importResults(transaction, campaign.id, spec);
      if (priorResults) await keepPriorResults(transaction, campaign.id, spec, priorResults);
      return campaign;
    });
    return { id, created: true };
  } catch (error) {
    const lostRace = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
    if (lostRace) return createCampaign(database, spec, idempotencyKey, priorResults);
    throw error;
  }
}
