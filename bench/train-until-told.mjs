// A process that trains, as a candidate's does: for graphics-GPU.mjs, which starts some of them on
// one GPU.
//
// usage: train-until-told.mjs NETWORK DATA says { digest } of its weights after a few steps, trains
// on when told to, and when told
//                                              to again says how many images it has trained on and
//   in how many milliseconds
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadDataSet } from '@espalier/datasets';
import { zooNetwork } from '@espalier/networks';
import { fineTuneRecipe, fit, initialWeights, TrainableNetwork } from '@espalier/training';

const STEPS_BEFORE = 100;
const cache = process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier');
const [name, data] = process.argv.slice(2);
const network = zooNetwork(name);
const { training } = await loadDataSet(data, join(cache, 'data'), null);
const trainable = new TrainableNetwork(network);
const recipe = fineTuneRecipe(network);
const train = (epochs, imagesPerEpoch, more = {}) =>
  fit(trainable, training, {
    ...recipe,
    learningRate: { name: 'constant', peak: 0.001 },
    epochs,
    imagesPerEpoch,
    seed: 1,
    start: { epochsDone: 0, stepsIntoEpoch: 0 },
    ...more,
  });

await trainable.load({ weights: initialWeights(network, 1), masks: new Map(), slots: new Map() });
await train(1, STEPS_BEFORE * recipe.batchSize);
const digest = createHash('sha256');
for (const { data: values } of (await trainable.weights()).values()) digest.update(values);
process.send({ digest: digest.digest('hex') });

const stop = new globalThis.AbortController();
let began;
process.on('message', async () => {
  if (began !== undefined) return stop.abort();
  began = performance.now();
  let steps = 0;
  await train(1_000, null, { signal: stop.signal, onStep: () => void steps++ }).catch(() => undefined);
  process.send({ images: steps * recipe.batchSize, milliseconds: performance.now() - began });
  process.exit(0);
});
