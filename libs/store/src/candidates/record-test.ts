import { type Failure, type Measurement } from '@espalier/contracts';
import { priceProfile } from '@espalier/pricing';
import type { Database } from '../database/client.js';
import { lockCampaign } from '../database/lock-campaigns.js';
import { recordEvent } from '../events/events.js';
import { evaluationData } from './complete-candidates.js';

/** Records a front member's accuracy on the test split, once. */
export async function recordTest(
  database: Database,
  campaignId: string,
  candidateId: string,
  measurement: Measurement,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const spec = await lockCampaign(transaction, campaignId);
    const done = await transaction.evaluation.findUnique({
      where: { candidateId_split: { candidateId, split: 'test' } },
    });
    if (done) return;
    const energy = priceProfile(spec, measurement.profile);
    await transaction.evaluation.create({ data: evaluationData(candidateId, measurement, energy) });
    await recordEvent(transaction, campaignId, 'candidate-tested', { accuracy: measurement.accuracy }, candidateId);
  });
}

/** Records an event, once, that a front member could not be measured on the test split. */
export async function recordUntested(
  database: Database,
  campaignId: string,
  candidateId: string,
  { type, message }: Failure,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    await lockCampaign(transaction, campaignId);
    const kind = 'candidate-untested';
    const said = await transaction.event.findFirst({ where: { campaignId, candidateId, kind } });
    if (!said) await recordEvent(transaction, campaignId, kind, { type, message }, candidateId);
  });
}
