import { Command, Option } from 'commander';
import { api } from '../api-client/connect.js';
import { FRONT_FORMATS, formatFront, type FrontFormat } from '../output/front-formats.js';
import { note, print, printJson } from '../output/print.js';

interface FrontOptions {
  readonly format: FrontFormat;
  readonly json?: boolean;
  readonly explain?: boolean;
}

export function frontCommand(): Command {
  return new Command('front')
    .argument('<campaign>', 'name or id')
    .addOption(new Option('--format <format>', 'how to print it').choices(FRONT_FORMATS).default('table'))
    .option('--json', 'the same as --format json')
    .addOption(
      new Option(
        '--explain',
        'what the members have in common, which parameters matter, how sure the model is, and what more candidates would bring',
      ).conflicts('format'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  npx espalier front lenet5-mnist\n  npx espalier front lenet5-mnist --explain\n  npx espalier front lenet5-mnist --format svg > front.svg',
    )
    .action(async (campaign: string, { format, json, explain }: FrontOptions) => {
      const front = await api().front(campaign);
      if (!explain) return print(await formatFront(front, json ? 'json' : format));
      note('imagining what more candidates would bring …');
      const { explainFront, formatExplanation } = await import('../output/front-explanation.js');
      const explanation = explainFront(await api().campaign(campaign), await api().allCandidates(campaign));
      if (json) printJson(explanation);
      else print(formatExplanation(front, explanation));
    });
}
