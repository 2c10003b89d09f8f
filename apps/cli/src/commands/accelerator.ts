import { writeFile } from 'node:fs/promises';
import { ACCELERATORS, EnergyModelError, NetworkPricer, placesOf } from '@espalier/energy-model';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { CommandError } from '../command-error.js';
import { print, printJson, table } from '../output/print.js';
import { readAccelerator } from '../input/read-accelerator.js';
import { readNetwork } from '../input/read-network.js';

export function acceleratorCommand(): Command {
  const command = new Command('accelerator');
  command
    .command('list')
    .description('the chips that are shipped')
    .option('--json', 'print them as JSON')
    .action(({ json }: { json?: boolean }) => {
      if (json) {
        printJson(ACCELERATORS);
        return;
      }
      const rows = ACCELERATORS.map(({ name, dataflow, array, levels, unit, source }) => [
        name,
        dataflow,
        array.map(({ size }) => size).join(' × '),
        placesOf(levels).join(', '),
        unit,
        source.length > 60 ? `${source.slice(0, 59)}…` : source,
      ]);
      print(table(['name', 'dataflow', 'array', 'levels and networks', 'unit', 'source'], rows));
    });
  command
    .command('show <name|file>')
    .description('a description as YAML, ready to be changed')
    .option('--json', 'print it as JSON')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const accelerator = await readAccelerator(name);
      if (json) printJson(accelerator);
      else print(stringify(accelerator, { lineWidth: 100 }).trimEnd());
    });
  command
    .command('check <file>')
    .description('check a description, and run AlexNet and MobileNetV2 on it')
    .addHelpText('after', '\nExample:\n  npx espalier accelerator check my-chip.yaml')
    .action(async (file: string) => {
      const accelerator = await readAccelerator(file);
      for (const name of ['alexnet', 'mobilenet-v2']) {
        const network = await readNetwork(name);
        try {
          const { total } = new NetworkPricer(network.layers, 1, accelerator).dense();
          print(`${name}: ${(total / 1e6).toFixed(1)} · 10⁶ ${accelerator.unit}`);
        } catch (error) {
          if (error instanceof EnergyModelError) throw new CommandError('invalid', `${file}: ${error.message}`);
          throw error;
        }
      }
      print(`${file} is a valid accelerator: ${accelerator.name}`);
    });
  command
    .command('new <file>')
    .description('write a description to start from; nothing that is there is overwritten')
    .option('--like <name>', 'the shipped chip to copy', 'eyeriss')
    .addHelpText('after', '\nExample:\n  npx espalier accelerator new my-chip.yaml --like edge-tpu')
    .action(async (file: string, { like }: { like: string }) => {
      const accelerator = await readAccelerator(like);
      const text = `# Fields are explained in docs/energy-model.md; check with: npx espalier accelerator check ${file}\n${stringify(accelerator, { lineWidth: 100 })}`;
      await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'EEXIST'
          ? new CommandError('conflict', `${file} exists; choose another name or remove it first`)
          : new CommandError('invalid', `${file} cannot be written (${error.code ?? error.message})`);
      });
      print(`wrote ${file}, a copy of ${like}`);
    });
  return command;
}
