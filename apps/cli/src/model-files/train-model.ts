import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { DataSet } from '@espalier/datasets';
import type { Network } from '@espalier/networks';
import type { Checkpoint, Recipe } from '@espalier/training';
import { asCommandError, CommandError } from '../command-error.js';
import { note, percent } from '../output/print.js';
import { loadTraining } from './run-model.js';
import { writeFileAtomically } from '../output/write-file-atomically.js';

/**
 * Trains a network of the zoo by its recipe. After each epoch a checkpoint is written, so that the
 * same command goes on after an interruption; it is left there.
 *
 * @param options.checkpoint the checkpoint's file
 * @returns the weights, and their accuracy on the test images
 */
export async function trainModel(
  network: Network,
  data: DataSet,
  { checkpoint, seed, epochs }: { checkpoint: string; seed: number; epochs?: number },
): Promise<{ model: Checkpoint; testAccuracy: number }> {
  const training = await loadTraining();
  const recipe: Recipe = { ...training.denseRecipe(network), ...(epochs !== undefined && { epochs }) };
  const trainable = new training.TrainableNetwork(network);
  try {
    const start: Checkpoint = existsSync(checkpoint)
      ? await readCheckpoint(checkpoint, (bytes) => training.decodeCheckpoint(network, bytes))
      : {
          network,
          weights: training.initialWeights(network, seed),
          masks: new Map(),
          slots: new Map(),
          epochsDone: 0,
          stepsIntoEpoch: 0,
        };
    if (start.epochsDone > 0) note(`going on from ${checkpoint}, after epoch ${start.epochsDone}`);
    await trainable.load(start);
    const began = Date.now();
    await training.fit(trainable, data.training, {
      ...recipe,
      seed,
      start,
      onEpoch: async (epochsDone, loss) => {
        const state = await trainable.state();
        const bytes = training.encodeCheckpoint({ ...state, network, epochsDone, stepsIntoEpoch: 0 });
        await writeFileAtomically(checkpoint, bytes);
        const { accuracy } = await trainable.measure(data.validation, 'validation');
        const seconds = Math.round((Date.now() - began) / 1000);
        note(
          `epoch ${epochsDone} of ${recipe.epochs}: training loss ${loss.toFixed(4)}, validation accuracy ${percent(accuracy)}, ${seconds} s`,
        );
      },
    });
    const { accuracy } = await trainable.measure(data.test, 'test');
    const state = await trainable.state();
    return { model: { ...state, network, epochsDone: recipe.epochs, stepsIntoEpoch: 0 }, testAccuracy: accuracy };
  } finally {
    trainable.close();
  }
}

async function readCheckpoint(file: string, decode: (bytes: Uint8Array) => Checkpoint): Promise<Checkpoint> {
  const bytes = await readFile(file);
  try {
    return decode(bytes);
  } catch (error) {
    const { kind, message } = asCommandError(error);
    throw new CommandError(kind, `${file}: ${message}; remove it to begin from the start`);
  }
}
