import { join } from 'node:path';
import { FolderArtifactStore } from '@espalier/artifacts';
import { CANDIDATE_STATES, COSTS } from '@espalier/contracts';
import { loadDataSet } from '@espalier/datasets';
import { cacheFolder } from '@espalier/embedded';
import { resolveNetwork } from '@espalier/networks';
import { decodeCheckpoint } from '@espalier/training';
import { Command, Option } from 'commander';
import { artifactsFolder } from '../api-client/artifacts-folder.js';
import { candidateCsv } from '../output/candidate-csv.js';
import { api } from '../api-client/connect.js';
import { costText, costTitle, costContextOf } from '../output/cost.js';
import { CommandError } from '../command-error.js';
import { shortSchedule } from '../output/front-formats.js';
import { energy, energyUnit, note, percent, print, printJson, table } from '../output/print.js';
import { accuracyOfFile, MODEL_FORMATS, writeModel, type ModelFormat } from '../model-files/write-model.js';

interface ListOptions {
  state?: string;
  sort: string;
  json?: boolean;
  csv?: boolean;
}

export function candidateCommand(): Command {
  const command = new Command('candidate');
  command
    .command('list <campaign>')
    .description("list a campaign's candidates")
    .addOption(new Option('--state <state>', 'only those in this state').choices(CANDIDATE_STATES))
    .addOption(new Option('--sort <by>', 'the order').choices(['number', 'accuracy', ...COSTS]).default('number'))
    .option('--json', 'print them as JSON')
    .option('--csv', 'print them as CSV, with a column for each field of their schedules')
    .action(async (campaign: string, { state, sort, json, csv }: ListOptions) => {
      const items = await api().allCandidates(campaign, { sort, ...(state ? { state } : {}) });
      if (json) return printJson({ items });
      const weighed = costContextOf(await api().campaign(campaign));
      if (csv) print(candidateCsv(items, weighed));
      else {
        print(
          table(
            ['#', 'id', 'state', 'validation', costTitle(weighed), 'front', 'schedule'],
            items.map((each) => [
              String(each.number),
              each.id,
              each.state,
              percent(each.validationAccuracy),
              costText(weighed, each),
              each.onFront ? 'yes' : '',
              shortSchedule(each.schedule),
            ]),
          ),
        );
      }
    });
  command
    .command('show <id>')
    .description('show a candidate with its energy per layer and its lineage')
    .option('--json', 'print it as JSON')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const candidate = await api().candidate(id);
      if (json) return printJson(candidate);
      print(
        `candidate ${candidate.number} of ${candidate.campaign} (${candidate.id}): ${candidate.state}${candidate.failure ? `, ${candidate.failure.message}` : ''}`,
      );
      print(
        `  ${shortSchedule(candidate.schedule)}; ${candidate.lineage.origin}${candidate.lineage.parents.length > 0 ? ` of ${candidate.lineage.parents.join(' and ')}` : ''}`,
      );
      print(
        `  accuracy: ${percent(candidate.validationAccuracy)} on validation, ${percent(candidate.testAccuracy)} on test; weights left: ${percent(candidate.weightsLeft)}`,
      );
      if (candidate.energyReport) print(energyTable(candidate.energyReport));
    });
  command
    .command('export <id>')
    .description("write a candidate's pruned model, and check that it answers as it did")
    .requiredOption('--out <path>', 'folder to write into; for keras, h5 and onnx a file')
    .addOption(new Option('--format <format>', 'how to write it').choices(MODEL_FORMATS).default('tfjs'))
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  npx espalier candidate export 6f1c… --out pruned-lenet\n\nPython or a browser can load it: tf.loadLayersModel("file://pruned-lenet/model.json").',
    )
    .action(exportCandidate);
  return command;
}

async function exportCandidate(
  id: string,
  { out, format, json }: { out: string; format: ModelFormat; json?: boolean },
): Promise<void> {
  const candidate = await api().candidate(id);
  if (candidate.artifact === null) {
    throw new CommandError('conflict', `candidate ${id} is ${candidate.state}: only one that is completed has a model`);
  }
  const { spec } = await api().campaign(candidate.campaign);
  const artifacts = new FolderArtifactStore(artifactsFolder());
  const model = decodeCheckpoint(resolveNetwork(spec.network), await artifacts.get(candidate.artifact));
  const { height, width, channels } = model.network.input;
  const subset = spec.subset?.trainingImages ?? null;
  const data = await loadDataSet(spec.data, join(cacheFolder(), 'data'), subset, { height, width, channels });
  const file = await writeModel(model, format, out, data);
  const accuracy = await accuracyOfFile(file, format, data);
  const recorded = candidate.validationAccuracy ?? 0;
  if (accuracy !== undefined && Math.abs(accuracy - recorded) * data.validation.count > 1.5) {
    throw new CommandError(
      'internal',
      `the model in ${file} reaches ${percent(accuracy)} on validation, the candidate had ${percent(candidate.validationAccuracy)}: do not use it, and report this`,
    );
  }
  const result = { file, validationAccuracy: accuracy ?? null, weightsLeft: candidate.weightsLeft };
  if (json) printJson(result);
  else if (accuracy === undefined) note(`${file} written`);
  else note(`${file}: ${percent(accuracy)} on validation when loaded again, as recorded`);
}

/** A network's energy by layer and level, in millions of the accelerator's unit. */
export function energyTable(
  report: NonNullable<Awaited<ReturnType<ReturnType<typeof api>['candidate']>>['energyReport']>,
): string {
  const levels = Object.keys(report.layers[0]?.levels ?? {});
  const sum = (operands: Record<string, number>): number => Object.values(operands).reduce((a, b) => a + b, 0);
  const rows = report.layers.map((layer) => [
    layer.name,
    (layer.macs / 1e6).toFixed(2),
    (layer.macsDone / 1e6).toFixed(2),
    energy(layer.computation),
    ...levels.map((level) => energy(sum(layer.levels[level]))),
    energy(layer.total),
    percent(layer.total / report.total, 1),
  ]);
  rows.push(['total', '', '', '', ...levels.map(() => ''), energy(report.total), '']);
  return table(
    ['layer', 'MACs 10⁶', 'done 10⁶', 'compute', ...levels, `total, ${energyUnit(report.unit)}`, 'share'],
    rows,
  );
}
