import { readFileSync } from 'node:fs';
import { importModel, NetworkError, type ImportedModel } from '@espalier/networks';
import { TrainableNetwork } from '@espalier/training';

/** A model that test/oracles/keras_conformance.py or onnx_conformance.py has made. */
export interface ConformanceCase {
  readonly name: string;
  /** It is not known here, and has to be refused. */
  readonly refused: boolean;
  readonly tolerance: number;
}

/** Images of each model. */
export const COUNT = 3;

export function recorded(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

export async function answersOf({ network, weights }: ImportedModel, images: Uint8Array): Promise<Float32Array> {
  const trainable = new TrainableNetwork(network, { intraOp: 1, interOp: 1 });
  try {
    await trainable.load({ weights, masks: new Map(), slots: new Map() });
    return await trainable.answers({ images, labels: new Int32Array(COUNT), count: COUNT });
  } finally {
    trainable.close();
  }
}

/** The largest difference as a part of the largest answer, which counts for at least 1. */
export function difference(ours: Float32Array, theirs: Float32Array): number {
  if (ours.length !== theirs.length) return Infinity;
  const scale = theirs.reduce((largest, each) => Math.max(largest, Math.abs(each)), 1);
  return ours.reduce((worst, each, i) => Math.max(worst, Math.abs(each - theirs[i]) / scale), 0);
}

/** What became of a model: how far its answers are from the framework's, or why it was refused. */
export async function outcomeOf(file: string, images: Uint8Array, answers: Float32Array): Promise<number | string> {
  try {
    return difference(await answersOf(await importModel(file), images), answers);
  } catch (error) {
    if (error instanceof NetworkError) return error.message;
    throw error;
  }
}
