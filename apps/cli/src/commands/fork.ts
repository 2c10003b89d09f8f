import { COSTS, type CampaignSpec, type CampaignSpecInput, type Cost } from '@espalier/contracts';
import { Option, type Command } from 'commander';
import { api } from '../api-client/connect.js';
import { CommandError } from '../command-error.js';
import { printLaunchPreview } from '../output/format-launch.js';
import { fraction, positiveLimit, positiveNumber } from '../input/option-numbers.js';
import { note, printJson } from '../output/print.js';
import { readAccelerator } from '../input/read-accelerator.js';
import { readSpace } from '../input/read-space.js';

interface ForkOptions {
  as: string;
  objective?: Cost;
  accelerator?: string;
  space?: string;
  batch?: number;
  candidates?: number;
  minAccuracy?: number;
  maxEnergy?: number;
  maxLatency?: number;
  dryRun?: boolean;
  json?: boolean;
}

export function addFork(command: Command): void {
  command
    .command('fork <name>')
    .description(
      'launch another campaign that begins with the results of this one: of another objective, chip or space',
    )
    .requiredOption('--as <name>', 'the name of the new campaign')
    .option('--accelerator <name>', 'a shipped chip, or the YAML file of one')
    .option(
      '--space <file>',
      'the YAML file of another space, or of a campaign that has it: results beyond it are left out',
    )
    .addOption(new Option('--objective <cost>', 'what it weighs accuracy against').choices(COSTS))
    .option('--batch <n>', 'images that the chip runs together', positiveNumber)
    .option('--candidates <n>', 'candidates beyond those that it begins with', positiveNumber)
    .option('--min-accuracy <fraction>', 'least accuracy of its front, from 0 to 1', fraction)
    .option('--max-energy <n>', "most energy of a batch, in the chip's unit", positiveLimit)
    .option('--max-latency <n>', "most cycles of a batch, of the chip's clock", positiveLimit)
    .option('--dry-run', 'check it and say what would be launched')
    .option('--json', 'print the campaign as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  npx espalier campaign fork lenet5-mnist --as lenet5-scnn --accelerator scnn\n  npx espalier campaign fork lenet5-mnist --as lenet5-fast --objective latency',
    )
    .action(async (name: string, options: ForkOptions) => {
      const { spec, counts } = await api().campaign(name);
      const forked = await forkOf(spec, options);
      if (options.dryRun) return printLaunchPreview(await api().check(forked), options);
      const launched = await api().launch(forked);
      if (options.json) printJson(launched);
      else {
        const [taken, all] = [launched.counts.imported, counts.imported + counts.completed];
        const which =
          taken < all
            ? `${taken} of the ${all} results of ${name}: its space has no place for the others`
            : `the ${taken} results of ${name}`;
        note(`campaign ${launched.name} is ${launched.state} (${launched.id}), with ${which}`);
      }
    });
}

/**
 * @throws CommandError when a limit of the campaign has no meaning for the new accelerator or batch
 */
export async function forkOf(spec: CampaignSpec, options: ForkOptions): Promise<CampaignSpecInput> {
  const { accelerator, space, objective, batch, candidates } = options;
  return {
    ...spec,
    name: options.as,
    warmStart: [spec.name],
    ...(accelerator !== undefined && { accelerator: await readAccelerator(accelerator) }),
    ...(space !== undefined && { space: await readSpace(space) }),
    ...(objective && { objectives: ['accuracy', objective] }),
    ...(batch !== undefined && { batch }),
    ...(candidates !== undefined && { budget: { ...spec.budget, candidates } }),
    constraints: constraintsOfFork(spec, options),
  };
}

/**
 * Limits of energy and latency are not copied to another accelerator or batch, whose units differ.
 */
function constraintsOfFork(spec: CampaignSpec, options: ForkOptions): CampaignSpec['constraints'] {
  const { accelerator, batch, minAccuracy, maxEnergy, maxLatency } = options;
  const { accuracy, energy, latency } = spec.constraints;
  const isPricedAlike = accelerator === undefined && (batch === undefined || batch === spec.batch);
  const unsaid = [
    ...(energy && maxEnergy === undefined ? ['--max-energy'] : []),
    ...(latency && maxLatency === undefined ? ['--max-latency'] : []),
  ];
  if (!isPricedAlike && unsaid.length > 0) {
    throw new CommandError(
      'invalid',
      `the limits of ${spec.name} are of its own chip and batch: say what they are of the new one, with ${unsaid.join(' and ')}`,
    );
  }
  return {
    ...(minAccuracy === undefined ? accuracy && { accuracy } : { accuracy: { min: minAccuracy } }),
    ...(maxEnergy === undefined ? energy && { energy } : { energy: { max: maxEnergy } }),
    ...(maxLatency === undefined ? latency && { latency } : { latency: { max: maxLatency } }),
  };
}
