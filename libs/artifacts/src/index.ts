export { ArtifactCorruptError, ArtifactDiskError, ArtifactMissingError } from './artifact-store.js';
export type { ArtifactStore } from './artifact-store.js';
export { FolderArtifactStore } from './folder-artifact-store.js';
export { decodeSafetensors, encodeSafetensors, SafetensorsError } from './safetensors.js';
export type { NamedTensors } from './safetensors.js';
