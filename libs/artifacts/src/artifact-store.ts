/**
 * The content-addressed store of checkpoints and models. Names are SHA-256 of the content, in
 * lower-case hex.
 */
export interface ArtifactStore {
  /**
   * Stores bytes under their hash. Complete or absent; storing what is there already changes
   * nothing.
   */
  put(bytes: Uint8Array): Promise<string>;
  /**
   * @throws ArtifactMissingError or ArtifactCorruptError; a corrupt artifact is set aside, so that
   *   it can be made again
   */
  get(hash: string): Promise<Uint8Array>;
  /** Removes an artifact; a missing one is no error. */
  remove(hash: string): Promise<void>;
  /** Artifacts that were last put before a time. */
  writtenBefore(time: Date): Promise<{ hash: string; bytes: number }[]>;
}

export class ArtifactMissingError extends Error {
  override name = 'ArtifactMissingError';
}
export class ArtifactCorruptError extends Error {
  override name = 'ArtifactCorruptError';
}
/** The disk is full or cannot be written; retry when there is room. */
export class ArtifactDiskError extends Error {
  override name = 'ArtifactDiskError';
}
