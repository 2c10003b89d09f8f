import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DATA_SETS, loadDataSet, type DataSet } from '@espalier/datasets';
import { cacheFolder } from '@espalier/embedded';
import { macCount } from '@espalier/energy-model';
import {
  importModel,
  layerGeometries,
  untrainableLayers,
  weightedLayers,
  ZOO,
  zooNetwork,
  type ImportedModel,
  type Network,
} from '@espalier/networks';
import { Command, Option } from 'commander';
import { wholeNumber } from '../input/option-numbers.js';
import { CommandError } from '../command-error.js';
import { note, percent, print, printJson, table } from '../output/print.js';
import { trainModel } from '../model-files/train-model.js';
import { accuracyOf } from '../model-files/run-model.js';
import { MODEL_FORMATS, modelFile, writeModel, type ModelFormat } from '../model-files/write-model.js';
import { checkWritable } from '../output/write-file-atomically.js';

export function modelCommand(): Command {
  const command = new Command('model');
  const file = ['<file>', 'a .keras, .h5 or .onnx file, or the model.json of tfjs'] as const;
  command
    .command('show')
    .argument(...file)
    .description('show its layers as training, pruning and the energy model see them')
    .option('--json', 'print the network as JSON')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const model = await importModel(path, 'price');
      if (json) printJson(model.network);
      else showModel(model);
    });
  command
    .command('test')
    .argument(...file)
    .description('how often it is right on the test images of a data set')
    .requiredOption('--data <name>', `${DATA_SETS.join(', ')}, or a folder`)
    .option('--json', 'print the result as JSON')
    .action(async (path: string, { data, json }: { data: string; json?: boolean }) => {
      const model = await importModel(path);
      const set = await loadDataFor(model.network, data);
      const accuracy = await accuracyOf(model, set, 'test');
      const { name } = model.network;
      const untrainable = untrainableLayers(model.network);
      if (json) printJson({ network: name, data, images: set.test.count, testAccuracy: accuracy, untrainable });
      else print(`${percent(accuracy)} of ${set.test.count} test images`);
      if (!json) printUntrainable(untrainable);
    });
  command
    .command('convert')
    .argument(...file)
    .description('write it in another format')
    .addOption(new Option('--to <format>', 'the format').choices(MODEL_FORMATS).makeOptionMandatory())
    .requiredOption('--out <path>', 'file to write; for tfjs and sparse a folder')
    .addHelpText('after', '\nExample:\n  npx espalier model convert my-model.keras --to onnx --out my-model.onnx')
    .action(async (path: string, { to, out }: { to: ModelFormat; out: string }) => {
      note(`${await writeModel(await importModel(path), to, out)} written`);
    });
  command
    .command('train')
    .argument('<network>', ZOO.join(', '))
    .description('train a network of the zoo by its recipe; the same command goes on where an earlier one was stopped')
    .requiredOption('--data <name>', `${DATA_SETS.join(', ')}, or a folder`)
    .requiredOption('--out <path>', 'file to write; for tfjs and sparse a folder')
    .addOption(new Option('--to <format>', 'the format').choices(MODEL_FORMATS).default('keras'))
    .option('--seed <number>', 'of the first weights and the order of images', wholeNumber, 1)
    .option('--epochs <number>', "instead of the recipe's", wholeNumber)
    .action(train);
  return command;
}

async function train(
  name: string,
  { data, out, to, seed, epochs }: { data: string; out: string; to: ModelFormat; seed: number; epochs?: number },
): Promise<void> {
  const network = zooNetwork(name);
  await checkWritable(modelFile(to, out));
  const set = await loadDataFor(network, data);
  const checkpoint = `${out}.checkpoint`;
  const { model, testAccuracy } = await trainModel(network, set, {
    checkpoint,
    seed,
    ...(epochs !== undefined && { epochs }),
  });
  const file = await writeModel(model, to, out);
  await rm(checkpoint, { force: true });
  note(`${file} written: ${percent(testAccuracy)} of ${set.test.count} test images`);
}

/** @throws CommandError when the network takes other images, or has other classes */
async function loadDataFor({ name, input, classes }: Network, data: string): Promise<DataSet> {
  const { height, width, channels } = input;
  const set = await loadDataSet(data, join(cacheFolder(), 'data'), null, { height, width, channels });
  const { image } = set;
  if (set.classes !== classes || image.height !== height || image.width !== width || image.channels !== channels) {
    throw new CommandError(
      'invalid',
      `${name} tells ${classes} classes of images of ${height} × ${width} × ${channels} apart; ${data} has ${set.classes} of ${image.height} × ${image.width} × ${image.channels}`,
    );
  }
  return set;
}

function showModel({ network, weights, missingWeights = [], priceOnly = [], sharedLayers = [] }: ImportedModel): void {
  const macs = new Map(weightedLayers(network).map(({ name, shape }) => [name, macCount(shape, 1)]));
  const text = ({ height, width, channels }: { height: number; width: number; channels: number }): string =>
    `${height} × ${width} × ${channels}`;
  const weightsOf = (layer: string): number =>
    [...weights].filter(([name]) => name.startsWith(`${layer}/`)).reduce((sum, [, { data }]) => sum + data.length, 0);
  const rows = layerGeometries(network).map(({ layer, sources, output }) => [
    layer.name,
    layer.kind,
    sources.join(', '),
    text(output),
    String(weightsOf(layer.name) || ''),
    macs.has(layer.name) ? ((macs.get(layer.name) ?? 0) / 1e6).toFixed(2) : '',
  ]);
  print(table(['layer', 'kind', 'takes from', 'gives', 'weights', 'MACs 10⁶'], rows));
  const total = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  const all = [...macs.values()].reduce((sum, each) => sum + each, 0);
  print(
    `${network.name}: images of ${text(network.input)}, ${network.classes} classes, ${total} weights, ${(all / 1e6).toFixed(1)} million MACs`,
  );
  for (const reason of priceOnly) print(`It can be priced, not run: ${reason}`);
  if (missingWeights.length > 0) {
    print(`It can be priced, not run: its file does not hold ${missingWeights.length} of its weights`);
  }
  for (const names of sharedLayers) {
    print(`It can be priced and run, not trained: ${names.join(' and ')} are one layer that is used several times`);
  }
  printUntrainable(untrainableLayers(network));
}

/** The layers that a launch would refuse, in one line. */
function printUntrainable(reasons: readonly string[]): void {
  if (reasons.length > 0) print(`It cannot be trained in a campaign: ${reasons.join('; ')}`);
}
