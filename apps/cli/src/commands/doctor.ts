import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { homeFolder, temporalBinary } from '@espalier/embedded';
import { listGpus } from '@espalier/machine/gpus';
import { checkRequirements, type Check } from '@espalier/machine/requirements';
import { tensorflowVersion } from '@espalier/tensorflow';
import { Command } from 'commander';
import pc from 'picocolors';
import { CommandError } from '../command-error.js';
import { print, printJson } from '../output/print.js';
import { quietTensorflow } from '../model-files/run-model.js';

const GIGABYTE = 1e9;

export function doctorCommand(): Command {
  return new Command('doctor')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExits with 2 when something must be mended.')
    .action(({ json }: { json?: boolean }) => {
      const checks = [...checkRequirements(), tensorflowCheck(), temporalCheck(), homeCheck(), gpuCheck()];
      if (json) printJson({ ok: checks.every(({ ok }) => ok), checks });
      else {
        for (const { name, ok, found, fix } of checks) {
          print(`${ok ? pc.green('ok') : pc.red('no')}  ${name}: ${found}${ok ? '' : `\n    ${fix}`}`);
        }
      }
      if (checks.some(({ ok }) => !ok)) throw new CommandError('invalid', 'this machine is not ready; see above');
    });
}

function tensorflowCheck(): Check {
  const fix = 'run `npm run setup`, which installs its library and builds the addons.';
  quietTensorflow();
  try {
    return { name: 'TensorFlow', ok: true, found: tensorflowVersion(), fix };
  } catch (error) {
    return { name: 'TensorFlow', ok: false, found: (error as Error).message, fix };
  }
}

function temporalCheck(): Check {
  const fix = 'run `npm run setup`, which installs it, or set ESPALIER_TEMPORAL.';
  try {
    return { name: 'Temporal', ok: true, found: temporalBinary(), fix };
  } catch (error) {
    return { name: 'Temporal', ok: false, found: (error as Error).message, fix };
  }
}

function homeCheck(): Check {
  const home = homeFolder();
  const fix = `make ${home} writable with at least 2 GB free, or set ESPALIER_HOME to another folder.`;
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK);
    const { bavail, bsize } = statfsSync(home);
    const free = bavail * bsize;
    return {
      name: 'State folder',
      ok: free > 2 * GIGABYTE,
      found: `${home}, ${(free / GIGABYTE).toFixed(0)} GB free`,
      fix,
    };
  } catch (error) {
    return { name: 'State folder', ok: false, found: (error as Error).message, fix };
  }
}

/** A missing GPU is no fault: it only decides which of TensorFlow's wheels set-up installs. */
function gpuCheck(): Check {
  const gpus = listGpus().map(({ name, memoryMebibytes }) => `${name}, ${Math.round(memoryMebibytes / 1024)} GiB`);
  return {
    name: 'GPU',
    ok: true,
    found:
      gpus.length > 0
        ? `${gpus.join('; ')}; a worker each, on TensorFlow's CUDA wheel (ESPALIER_TENSORFLOW=cpu to leave them alone)`
        : "none; TensorFlow's CPU wheel is used (ESPALIER_TENSORFLOW=gpu for the other)",
    fix: '',
  };
}
