import { createHash } from 'node:crypto';
import {
  SparsityProfileSchema,
  splitRuleOf,
  type Campaign,
  type CampaignSpec,
  type Measurement,
  type ModelReference,
  type TrainingTask,
} from '@espalier/contracts';
import { networkCosts, priceProfile } from '@espalier/pricing';
import type { Database } from '../database/client.js';
import { recordEvent } from '../events/events.js';
import type { DenseModel } from '../generated/client.js';

/** Describes a campaign's dense network and its cost on the campaign's accelerator. */
export function denseOf(spec: CampaignSpec, row: DenseModel): NonNullable<Campaign['dense']> {
  const profile = SparsityProfileSchema.parse(row.profile);
  const energy = priceProfile(spec, profile);
  return {
    validationAccuracy: row.validationAccuracy,
    testAccuracy: row.testAccuracy,
    energy,
    latency: networkCosts(energy).latency,
    weights: profile.layers.reduce((sum, layer) => sum + layer.weights, 0),
    artifact: row.artifactHash,
    profile,
  };
}

export function taskHash(task: TrainingTask): string {
  const { network, weights, data, seed, trainingImages } = task;
  const splits = splitRuleOf(data);
  return createHash('sha256')
    .update(
      JSON.stringify([
        network,
        data,
        seed,
        trainingImages,
        ...(weights === undefined ? [] : [weights]),
        ...(splits === undefined ? [] : [splits]),
      ]),
    )
    .digest('hex');
}

/** Records the dense model of a task, once, and links the campaign to it. */
export async function recordDenseModel(
  database: Database,
  campaignId: string,
  task: TrainingTask,
  model: ModelReference,
  validation: Measurement,
  test: Measurement,
): Promise<{ artifact: string }> {
  return database.$transaction(async (transaction) => {
    await transaction.artifact.upsert({
      where: { hash: model.artifact },
      create: { hash: model.artifact, bytes: model.bytes },
      update: {},
    });
    const dense = await transaction.denseModel.upsert({
      where: { taskHash: taskHash(task) },
      create: {
        taskHash: taskHash(task),
        artifactHash: model.artifact,
        validationAccuracy: validation.accuracy,
        testAccuracy: test.accuracy,
        profile: SparsityProfileSchema.parse(validation.profile),
      },
      update: {},
    });
    const { count } = await transaction.campaign.updateMany({
      where: { id: campaignId, denseModelId: null },
      data: { denseModelId: dense.id },
    });
    if (count > 0) await recordEvent(transaction, campaignId, 'dense-ready', { testAccuracy: dense.testAccuracy });
    return { artifact: dense.artifactHash };
  });
}

/**
 * Links the campaign to the dense model of its task.
 *
 * @returns its artifact, or null when there is none
 */
export async function adoptDenseModel(
  database: Database,
  campaignId: string,
  task: TrainingTask,
): Promise<string | null> {
  const dense = await database.denseModel.findUnique({ where: { taskHash: taskHash(task) } });
  if (!dense) return null;
  await database.campaign.update({ where: { id: campaignId }, data: { denseModelId: dense.id } });
  return dense.artifactHash;
}
