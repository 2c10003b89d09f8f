import { decodeSafetensors, encodeSafetensors } from '@espalier/artifacts';
import type { Network, WeightTensor } from '@espalier/networks';
import type { TrainingState } from './trainable-network.js';

export interface Checkpoint extends TrainingState {
  readonly epochsDone: number;
}

/** A checkpoint, or a model, of another network than it is used for. */
export class CheckpointMismatchError extends Error {
  override name = 'CheckpointMismatchError';
}

const MASK = 'mask:';
const MOMENTUM = 'momentum:';

/** All of a training's state as one safetensors file; the same state gives the same bytes. */
export function encodeCheckpoint(network: Network, checkpoint: Checkpoint): Uint8Array {
  const tensors = new Map<string, WeightTensor>(checkpoint.weights);
  for (const [layer, data] of checkpoint.masks) tensors.set(MASK + layer, { shape: [data.length], data });
  for (const [name, tensor] of checkpoint.momentum) tensors.set(MOMENTUM + name, tensor);
  return encodeSafetensors({
    tensors,
    metadata: { network: network.name, epochsDone: String(checkpoint.epochsDone) },
  });
}

/** @throws SafetensorsError or CheckpointMismatchError */
export function decodeCheckpoint(network: Network, bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.network !== network.name) {
    throw new CheckpointMismatchError(`the checkpoint is of ${metadata.network}, not of ${network.name}`);
  }
  const weights = new Map<string, WeightTensor>();
  const masks = new Map<string, Float32Array>();
  const momentum = new Map<string, WeightTensor>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(MASK)) masks.set(name.slice(MASK.length), tensor.data);
    else if (name.startsWith(MOMENTUM)) momentum.set(name.slice(MOMENTUM.length), tensor);
    else weights.set(name, tensor);
  }
  return { weights, masks, momentum, epochsDone: Number(metadata.epochsDone) };
}
