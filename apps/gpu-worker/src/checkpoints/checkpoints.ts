import { ArtifactCorruptError, ArtifactMissingError, type ArtifactStore } from '@espalier/artifacts';
import type { CheckpointReference, ModelReference } from '@espalier/contracts';
import type { Network } from '@espalier/networks';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '@espalier/training';
import type { CheckpointLedger } from './checkpoint-ledger.js';

export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly reference: ModelReference;
}

/**
 * The checkpoints of a training that this attempt owns: files in the artifact store, recorded in
 * the ledger.
 */
export class Checkpoints {
  private constructor(
    private readonly artifacts: ArtifactStore,
    private readonly ledger: CheckpointLedger,
    private readonly training: string,
    private readonly term: number,
    private readonly known: readonly CheckpointReference[],
  ) {}

  static async take(
    artifacts: ArtifactStore,
    ledger: CheckpointLedger,
    training: string,
    signal: AbortSignal,
  ): Promise<Checkpoints> {
    const { term, checkpoints } = await ledger.take(training, signal);
    return new Checkpoints(artifacts, ledger, training, term, checkpoints);
  }

  /**
   * One in the middle of an epoch stands in for the epoch's until that is there.
   *
   * @throws FencedError when another attempt has taken the training over
   */
  async save(checkpoint: Checkpoint): Promise<ModelReference> {
    const reference = await storeModel(this.artifacts, checkpoint);
    const epoch = checkpoint.epochsDone + (checkpoint.stepsIntoEpoch > 0 ? 1 : 0);
    await this.ledger.record(this.training, epoch, { ...reference, term: this.term });
    return reference;
  }

  latest(network: Network, epochs: number): Promise<StoredCheckpoint | undefined> {
    return latestComplete(this.artifacts, this.known, network, epochs);
  }
}

/**
 * The latest complete checkpoint of at most this many epochs; damaged and missing ones are skipped,
 * and their epochs done again.
 */
export async function latestComplete(
  artifacts: ArtifactStore,
  known: readonly CheckpointReference[],
  network: Network,
  epochs: number,
): Promise<StoredCheckpoint | undefined> {
  for (const { epoch, artifact } of [...known].reverse()) {
    if (epoch > epochs) continue;
    try {
      const bytes = await artifacts.get(artifact);
      return { checkpoint: decodeCheckpoint(network, bytes), reference: { artifact, bytes: bytes.length } };
    } catch (error) {
      if (!(error instanceof ArtifactCorruptError || error instanceof ArtifactMissingError)) throw error;
    }
  }
  return undefined;
}

export async function storeModel(artifacts: ArtifactStore, checkpoint: Checkpoint): Promise<ModelReference> {
  const bytes = encodeCheckpoint(checkpoint);
  return { artifact: await artifacts.put(bytes), bytes: bytes.length };
}
