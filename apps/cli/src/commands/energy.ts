import { AcceleratorSchema, fieldErrors } from '@espalier/contracts';
import { DENSE, NetworkPricer, type Accelerator } from '@espalier/energy-model';
import { acceleratorOf, NetworkError, weightedLayers, zooNetwork } from '@espalier/networks';
import { Command, InvalidArgumentError } from 'commander';
import { CommandError } from '../exit-codes.js';
import { fieldLines } from '../field-lines.js';
import { print, printJson } from '../output.js';
import { readYaml } from '../read-spec.js';
import { energyTable } from './candidate.js';

interface Options {
  accelerator: string;
  batch: number;
  density: Record<string, number>;
  json?: boolean;
}

export function energyCommand(): Command {
  return new Command('energy')
    .argument('<network>', 'a network of the zoo')
    .description('price a network on a chip: energy per layer and memory level')
    .option('--accelerator <name|file>', 'a shipped chip, or a YAML file that describes one', 'eyeriss')
    .option('--batch <n>', 'images that the chip runs together', positive, 1)
    .option('--density <layer=d>', 'fraction of a layer’s weights that is kept; may be repeated', layerDensity, {})
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  npx espalier energy lenet-5 --batch 16\n  npx espalier energy lenet-5 --density conv2=0.1 --density fc1=0.02 --json',
    )
    .action(async (name: string, options: Options) => {
      const network = orInvalid(() => zooNetwork(name));
      const accelerator = await readAccelerator(options.accelerator);
      const layers = weightedLayers(network);
      const unknown = Object.keys(options.density).find((layer) => !layers.some((each) => each.name === layer));
      if (unknown !== undefined) {
        throw new CommandError(
          'invalid',
          `--density ${unknown}: ${name} has no such layer; it has ${layers.map((each) => each.name).join(', ')}`,
        );
      }
      const pricer = new NetworkPricer(
        layers.map(({ shape }) => shape),
        options.batch,
        accelerator,
      );
      const report = pricer.price(layers.map((layer) => ({ ...DENSE, weights: options.density[layer.name] ?? 1 })));
      if (options.json) printJson(report);
      else
        print(
          `${name} on ${accelerator.name}, batch ${options.batch}; all activations counted as non-zero\n${energyTable({ ...report, layers: [...report.layers] })}`,
        );
    });
}

async function readAccelerator(nameOrFile: string): Promise<Accelerator> {
  if (!/\.(ya?ml|json)$|\//.test(nameOrFile)) return orInvalid(() => acceleratorOf(nameOrFile));
  const content = await readYaml(nameOrFile);
  const parsed = AcceleratorSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const lines = fieldLines(fieldErrors(parsed.error.issues, content));
  throw new CommandError('invalid', [`${nameOrFile} is not an accelerator:`, ...lines].join('\n'));
}

function orInvalid<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof NetworkError) throw new CommandError('invalid', error.message);
    throw error;
  }
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('a whole number of at least 1 is needed.');
  return number;
}

function layerDensity(value: string, soFar: Record<string, number>): Record<string, number> {
  const [layer, text] = value.split('=');
  const density = Number(text);
  if (!layer || text === undefined || !(density >= 0 && density <= 1)) {
    throw new InvalidArgumentError('write LAYER=D with D from 0 to 1, as in conv2=0.1.');
  }
  return { ...soFar, [layer]: density };
}
