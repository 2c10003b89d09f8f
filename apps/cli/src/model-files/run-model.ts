import type { DataSet } from '@espalier/datasets';
import type { ImportedModel } from '@espalier/networks';
import type { TrainableNetwork } from '@espalier/training';

type Training = typeof import('@espalier/training');

/** Has TensorFlow keep its log to itself, once it is loaded. */
export function quietTensorflow(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
}

/** Loaded only when it is needed: TensorFlow takes two seconds, and few commands need it. */
export function loadTraining(): Promise<Training> {
  quietTensorflow();
  return import('@espalier/training');
}

/** Compiles a model for as long as it is used. */
export async function withModel<Result>(
  { network, weights }: ImportedModel,
  use: (trainable: TrainableNetwork, training: Training) => Promise<Result>,
): Promise<Result> {
  const training = await loadTraining();
  const trainable = new training.TrainableNetwork(network);
  try {
    await trainable.load({ weights, masks: new Map(), slots: new Map() });
    return await use(trainable, training);
  } finally {
    trainable.close();
  }
}

export function accuracyOf(model: ImportedModel, data: DataSet, split: 'validation' | 'test'): Promise<number> {
  return withModel(model, async (trainable) => (await trainable.measure(data[split], split)).accuracy);
}
