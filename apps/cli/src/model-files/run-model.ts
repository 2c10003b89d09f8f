import type { DataSet } from '@espalier/datasets';
import type { ImportedModel } from '@espalier/networks';
import type { TrainableNetwork } from '@espalier/training';

type Training = typeof import('@espalier/training');

/** Silences TensorFlow's log when it loads. */
export function quietTensorflow(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
}

/** Loads TensorFlow, which takes two seconds, on demand. */
export function loadTraining(): Promise<Training> {
  quietTensorflow();
  return import('@espalier/training');
}

/** Compiles a model, and closes it after use. */
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
