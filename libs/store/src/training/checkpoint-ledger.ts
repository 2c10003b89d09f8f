import type { CheckpointReference, RecordCheckpoint, TrainingLease } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { FencedError } from '@espalier/contracts';

/**
 * Takes a training over: earlier attempts can record no checkpoint of it any more.
 *
 * @param holder the attempt, in words for a person
 */
export function takeTraining(database: Database, training: string, holder: string): Promise<TrainingLease> {
  return database.$transaction(async (transaction) => {
    const { term } = await transaction.training.upsert({
      where: { name: training },
      create: { name: training, holder },
      update: { term: { increment: 1 }, holder, takenAt: new Date() },
    });
    const rows = await transaction.checkpoint.findMany({
      where: { training },
      include: { artifact: true },
      orderBy: { epoch: 'asc' },
    });
    return { term, checkpoints: rows.map(describe) };
  });
}

/** Lists the checkpoints of a training by epoch, without taking it over. */
export async function knownCheckpoints(database: Database, training: string): Promise<CheckpointReference[]> {
  const rows = await database.checkpoint.findMany({
    where: { training },
    include: { artifact: true },
    orderBy: { epoch: 'asc' },
  });
  return rows.map(describe);
}

/**
 * Records the artifact of the checkpoint after an epoch; a new one replaces it.
 *
 * @throws FencedError when another attempt has taken the training over
 */
export async function recordCheckpoint(
  database: Database,
  training: string,
  epoch: number,
  { term, artifact, bytes }: RecordCheckpoint,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const [row] = await transaction.$queryRaw<{ term: number; holder: string }[]>`
      SELECT term, holder FROM trainings WHERE name = ${training} FOR UPDATE`;
    if (row?.term !== term) {
      throw new FencedError(
        row
          ? `training ${training} was taken over by ${row.holder} with term ${row.term}; term ${term} is late`
          : `nobody has taken training ${training}`,
      );
    }
    const before = await transaction.checkpoint.findUnique({ where: { training_epoch: { training, epoch } } });
    // A repetition after a lost answer: the epoch was not trained again.
    if (before?.artifactHash === artifact && before.term === term) return;
    await transaction.artifact.upsert({ where: { hash: artifact }, create: { hash: artifact, bytes }, update: {} });
    await transaction.checkpoint.upsert({
      where: { training_epoch: { training, epoch } },
      create: { training, epoch, artifactHash: artifact, term },
      update: { artifactHash: artifact, term },
    });
    await transaction.training.update({
      where: { name: training },
      data: { checkpointsWritten: { increment: 1 } },
    });
  });
}

function describe(row: { epoch: number; artifact: { hash: string; bytes: number } }): CheckpointReference {
  return { epoch: row.epoch, artifact: row.artifact.hash, bytes: row.artifact.bytes };
}
