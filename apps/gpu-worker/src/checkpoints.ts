import { ArtifactCorruptError, ArtifactMissingError, type ArtifactStore } from '@espalier/artifacts';
import type { ModelReference } from '@espalier/contracts';
import type { Network } from '@espalier/networks';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '@espalier/training';

/** A training's checkpoints in the artifact store: a pointer for each epoch in a folder of the training's own. */
export class Checkpoints {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly folder: string,
  ) {}

  async save(checkpoint: Checkpoint): Promise<ModelReference> {
    const reference = await storeModel(this.artifacts, checkpoint);
    await this.artifacts.setPointer(`${this.folder}/epoch-${checkpoint.epochsDone}`, reference.artifact);
    return reference;
  }

  /**
   * The latest checkpoint that is whole, of at most so many epochs: one that is damaged or missing is passed over, and its
   * epoch done again.
   */
  async latest(
    network: Network,
    epochs: number,
  ): Promise<{ checkpoint: Checkpoint; reference: ModelReference } | undefined> {
    const known = await this.artifacts.pointers(this.folder);
    for (let epoch = epochs; epoch > 0; epoch--) {
      const artifact = known.get(`epoch-${epoch}`);
      if (artifact === undefined) continue;
      try {
        const bytes = await this.artifacts.get(artifact);
        return { checkpoint: decodeCheckpoint(network, bytes), reference: { artifact, bytes: bytes.length } };
      } catch (error) {
        if (error instanceof ArtifactCorruptError || error instanceof ArtifactMissingError) continue;
        throw error;
      }
    }
    return undefined;
  }
}

export async function storeModel(artifacts: ArtifactStore, checkpoint: Checkpoint): Promise<ModelReference> {
  const bytes = encodeCheckpoint(checkpoint);
  return { artifact: await artifacts.put(bytes), bytes: bytes.length };
}
