import { Command, Option } from 'commander';
import { api } from '../context.js';
import { FRONT_FORMATS, formatFront, type FrontFormat } from '../front-formats.js';
import { print } from '../output.js';

export function frontCommand(): Command {
  return new Command('front')
    .argument('<campaign>', 'name or id')
    .description("show a campaign's front: the candidates that no other beats in both accuracy and energy")
    .addOption(new Option('--format <format>', 'how to print it').choices(FRONT_FORMATS).default('table'))
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      '\nExamples:\n  npx espalier front lenet5-mnist\n  npx espalier front lenet5-mnist --format svg > front.svg',
    )
    .action(async (campaign: string, { format, json }: { format: FrontFormat; json?: boolean }) => {
      print(formatFront(await api().front(campaign), json ? 'json' : format));
    });
}
