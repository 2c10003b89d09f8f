import { decodeSafetensors, encodeSafetensors } from '@espalier/artifacts';
import {
  checkWeights,
  NetworkError,
  resizeLayers,
  type Layer,
  type Network,
  type NetworkWeights,
  type WeightTensor,
} from '@espalier/networks';
import type { TrainingPosition } from './fit.js';
import type { TrainingState } from '../step/trainable-network.js';

export interface Checkpoint extends TrainingState, TrainingPosition {
  /** The network of the weights: the dense one, or what pruning its filters has left. */
  readonly network: Network;
}

/** A checkpoint, or a model, of another network than it is used for. */
export class CheckpointMismatchError extends Error {
  override name = 'CheckpointMismatchError';
}

const MASK = 'mask:';

/** All of a training's state as one safetensors file; the same state gives the same bytes. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { network, weights, masks, slots, epochsDone, stepsIntoEpoch } = checkpoint;
  const tensors = new Map<string, WeightTensor>(weights);
  for (const [layer, data] of masks) tensors.set(MASK + layer, { shape: [data.length], data });
  for (const [slot, tensor] of slots) tensors.set(slot, tensor);
  return encodeSafetensors({
    tensors,
    metadata: {
      network: network.name,
      epochsDone: String(epochsDone),
      ...(stepsIntoEpoch > 0 && { stepsIntoEpoch: String(stepsIntoEpoch) }),
      ...rescalings(network),
    },
  });
}

/**
 * @param network the network before pruning; the shapes of the weights tell which filters are left
 * @throws SafetensorsError or CheckpointMismatchError
 */
export function decodeCheckpoint(network: Network, bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.network !== network.name) {
    throw new CheckpointMismatchError(`the checkpoint is of ${metadata.network}, not of ${network.name}`);
  }
  const weights = new Map<string, WeightTensor>();
  const masks = new Map<string, Float32Array>();
  const slots = new Map<string, WeightTensor>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(MASK)) masks.set(name.slice(MASK.length), tensor.data);
    else if (name.includes(':')) slots.set(name, tensor);
    else weights.set(name, tensor);
  }
  const count = (text: string | undefined): number => Number(text ?? 0);
  return {
    network: prunedNetwork(network, weights, metadata.rescalings),
    weights,
    masks,
    slots,
    epochsDone: count(metadata.epochsDone),
    stepsIntoEpoch: count(metadata.stepsIntoEpoch),
  };
}

/** @throws CheckpointMismatchError when the weights are not of the network */
function prunedNetwork(network: Network, weights: NetworkWeights, rescalings: string | undefined): Network {
  try {
    const pruned = withRescalings(resizeLayers(network, weights), rescalings);
    checkWeights(pruned, weights);
    return pruned;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new CheckpointMismatchError(`the checkpoint does not fit ${network.name}: ${error.message}`, {
      cause: error,
    });
  }
}

/**
 * A rescaling has a number for each channel in the network itself: which of them are left, no
 * weight says.
 */
function rescalings({ layers }: Network): { rescalings?: string } {
  const own = layers.flatMap((layer) =>
    layer.kind === 'rescaling' && layer.scale.length + layer.offset.length > 2
      ? [[layer.name, { scale: layer.scale, offset: layer.offset }] as const]
      : [],
  );
  return own.length === 0 ? {} : { rescalings: JSON.stringify(Object.fromEntries(own)) };
}

function withRescalings(network: Network, written: string | undefined): Network {
  if (written === undefined) return network;
  const own = JSON.parse(written) as Record<string, { scale: number[]; offset: number[] }>;
  let isSame = true;
  const layers = network.layers.map((layer): Layer => {
    if (layer.kind !== 'rescaling' || !Object.hasOwn(own, layer.name)) return layer;
    const kept = own[layer.name];
    if (kept.scale.length === layer.scale.length && kept.offset.length === layer.offset.length) return layer;
    isSame = false;
    return { ...layer, ...kept };
  });
  return isSame ? network : { ...network, layers };
}
