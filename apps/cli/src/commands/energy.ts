import { join } from 'node:path';
import {
  ACCELERATORS,
  DENSE,
  NetworkPricer,
  sensitivity,
  weightCount,
  type Accelerator,
  type LayerDensity,
} from '@espalier/energy-model';
import { type PricedNetwork } from '@espalier/networks';
import { cachedMappingSearch } from '@espalier/pricing';
import { cacheFolder } from '@espalier/embedded';
import { Command, InvalidArgumentError } from 'commander';
import { positiveNumber } from '../input/option-numbers.js';
import { comparisonText, type Compared } from '../output/energy-comparison.js';
import { energyCsv, latencyText, sensitivityText } from '../output/energy-formats.js';
import { barsSvg, barsText, partsOf } from '../output/energy-plot.js';
import { CommandError } from '../command-error.js';
import { percent, print, printJson } from '../output/print.js';
import { isFile, readAccelerator } from '../input/read-accelerator.js';
import { readNetwork } from '../input/read-network.js';
import { readYaml } from '../input/read-spec.js';
import { writeFileAtomically } from '../output/write-file-atomically.js';
import { energyTable } from './candidate.js';

interface Options {
  accelerator: string;
  batch: number;
  density: Record<string, number>;
  activations: number;
  keepOnChip?: boolean;
  compare?: string[];
  latency?: boolean;
  sensitivity?: boolean;
  bars?: boolean;
  svg?: string;
  csv?: boolean;
  json?: boolean;
}

export function energyCommand(): Command {
  return new Command('energy')
    .argument('<network>', 'a network of the zoo or the literature, or a file: layer list, ONNX, model.json of tfjs')
    .option('--accelerator <name|file>', 'a shipped chip, or a YAML file that describes one', 'eyeriss')
    .option('--batch <n>', 'images that the chip runs together', positiveNumber, 1)
    .option('--density <layer=d>', 'fraction of a layer’s weights that is kept; may be repeated', layerDensity, {})
    .option('--activations <d>', 'fraction of activations that is not zero, the first input apart', fraction, 1)
    .option('--keep-on-chip', 'let tensors wait on the chip for the next layer where they fit')
    .option('--compare <what...>', 'set beside it: networks, chips, or schedules written LAYER=D,LAYER=D')
    .option('--sensitivity', 'rank layers by the energy that removing one of their weights saves')
    .option('--latency', 'cycles, stalls, utilisation and energy-delay product of each layer')
    .option('--bars', 'draw bars in the terminal')
    .option('--svg <file>', 'write a picture of stacked bars')
    .option('--csv', 'print layers × levels × operands as CSV')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  npx espalier energy lenet-5 --batch 16
  npx espalier energy lenet-5 --density conv2=0.1 --density fc1=0.02 --json
  npx espalier energy googlenet --compare squeezenet resnet-50 --batch 16
  npx espalier energy alexnet --compare eyeriss-v2 eyeriss-chip --svg chips.svg
  npx espalier energy model.onnx --accelerator my-chip.yaml --sensitivity`,
    )
    .action(async (name: string, options: Options) => {
      const chosen = [options.csv, options.json, options.sensitivity && !options.json, options.latency].filter(
        Boolean,
      ).length;
      if (chosen > 1) throw new CommandError('invalid', 'choose one of --csv, --json, --latency and --sensitivity');
      if (options.compare && (options.sensitivity || options.csv || options.latency)) {
        throw new CommandError('invalid', '--compare goes with --json, --bars and --svg only');
      }
      const base: Case = {
        label: name,
        network: await readNetwork(name),
        accelerator: await readAccelerator(options.accelerator),
        kept: options.density,
      };
      const run = (each: Case): Priced => price(each, options);
      if (options.compare) {
        const all = [base, ...(await Promise.all(options.compare.map((what) => besides(base, what))))].map(run);
        const bars = all.map(({ label, report }) => ({ label, parts: partsOf(report.layers) }));
        const units = new Set(all.map(({ report }) => report.unit));
        const unit = units.size === 1 ? all[0].report.unit : undefined;
        if (options.svg)
          await writeFileAtomically(options.svg, await barsSvg(`energy, batch ${options.batch}`, bars, unit));
        if (options.json) printJson(all.map(({ label, weights, report }) => ({ label, weights, ...report })));
        else print(comparisonText(all));
        return;
      }
      const priced = run(base);
      const { report } = priced;
      const title = `${name} on ${base.accelerator.name}, batch ${options.batch}`;
      const bars = report.layers.map((layer) => ({ label: layer.name, parts: partsOf([layer]) }));
      if (options.svg) await writeFileAtomically(options.svg, await barsSvg(title, bars, report.unit));
      if (options.sensitivity) {
        const ranked = sensitivity(priced.pricer, priced.densities);
        if (options.json) printJson(ranked);
        else print(sensitivityText(ranked, report.unit));
      } else if (options.latency) print(latencyText(report, base.accelerator));
      else if (options.csv) print(energyCsv(report));
      else if (options.json) printJson(report);
      else {
        const activations =
          options.activations === 1
            ? 'all activations counted as non-zero'
            : `${percent(options.activations, 0)} of activations not zero`;
        print(`${title}; ${activations}\n${energyTable({ ...report, layers: [...report.layers] })}`);
        if (options.bars) print(barsText(bars));
      }
    });
}

interface Case {
  readonly label: string;
  readonly network: PricedNetwork;
  readonly accelerator: Accelerator;
  /** Fraction of the weights that each layer keeps; 1 where absent. */
  readonly kept: Readonly<Record<string, number>>;
}

interface Priced extends Compared {
  readonly pricer: NetworkPricer;
  readonly densities: readonly LayerDensity[];
}

function price({ label, network, accelerator, kept }: Case, options: Options): Priced {
  const { batch, activations } = options;
  const layers = network.layers;
  const unknown = Object.keys(kept).find((layer) => !layers.some((each) => each.name === layer));
  if (unknown !== undefined) {
    const names = layers.filter((each) => !('operations' in each)).map((each) => each.name);
    throw new CommandError(
      'invalid',
      `--density ${unknown}: ${network.name} has no such layer; it has ${names.join(', ')}`,
    );
  }
  const pricer = new NetworkPricer(
    layers,
    batch,
    accelerator,
    cachedMappingSearch(join(cacheFolder(), 'mappings')),
    options.keepOnChip ? network.sources : undefined,
  );
  const densities = layers.map((layer, i) => ({
    ...DENSE,
    weights: kept[layer.name] ?? 1,
    inputs: i === 0 ? 1 : activations,
    outputs: activations,
  }));
  const weights = layers.reduce(
    (sum, layer, i) => ('operations' in layer ? sum : sum + weightCount(layer) * densities[i].weights),
    0,
  );
  return { label, report: pricer.price(densities), weights, pricer, densities };
}

/** The first case with one thing changed: the schedule, the chip or the network. */
async function besides(base: Case, what: string): Promise<Case> {
  if (what.includes('=')) {
    const kept = what.split(',').reduce<Record<string, number>>((all, each) => layerDensity(each, all), {});
    return { ...base, label: what, kept };
  }
  if (ACCELERATORS.some(({ name }) => name === what)) {
    return { ...base, label: what, accelerator: await readAccelerator(what) };
  }
  if (isFile(what) && /\.ya?ml$/.test(what)) {
    const content = await readYaml(what);
    if (typeof content === 'object' && content !== null && 'dataflow' in content) {
      const accelerator = await readAccelerator(what);
      return { ...base, label: accelerator.name, accelerator };
    }
  }
  const network = await readNetwork(what);
  return { ...base, label: network.name, network, kept: {} };
}

function fraction(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1))
    throw new InvalidArgumentError('a number from 0 to 1 is needed.');
  return number;
}

function layerDensity(value: string, soFar: Record<string, number>): Record<string, number> {
  const [layer, text] = value.split('=');
  const density = Number(text);
  if (!layer || !text || !(density >= 0 && density <= 1)) {
    throw new InvalidArgumentError('write LAYER=D with D from 0 to 1, as in conv2=0.1.');
  }
  return { ...soFar, [layer]: density };
}
