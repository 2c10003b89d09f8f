import type { Accelerator } from '../accelerator.js';
import type { LayerTraffic, Traffic } from './count-traffic.js';
import { EnergyModelError } from '../energy-model-error.js';

/**
 * A layer without MACs of its own: pooling, element-wise arithmetic, batch normalisation,
 * concatenation.
 */
export interface DataMovement {
  readonly name: string;
  /** Values that it reads and writes, and operations that it does, for one image. */
  readonly inputs: number;
  readonly outputs: number;
  readonly operations: number;
}

/**
 * What moves when such a layer runs: each value from the outermost level to the outermost on-chip
 * level that holds its operand, and back. An operation is priced as a MAC, which is more than a
 * comparison or an addition takes.
 *
 * @throws EnergyModelError when a count is not a whole number ≥ 0
 */
export function movementTraffic(layer: DataMovement, batch: number, accelerator: Accelerator): LayerTraffic {
  for (const field of ['inputs', 'outputs', 'operations'] as const) {
    if (!Number.isSafeInteger(layer[field]) || layer[field] < 0) {
      throw new EnergyModelError(`layer ${layer.name}, ${field}: ${layer[field]} is not a whole number of at least 0`);
    }
  }
  const [inputs, outputs] = [batch * layer.inputs, batch * layer.outputs];
  const none = (): Traffic => ({ read: 0, written: 0, finished: 0, filled: 0, drained: 0 });
  const levels = accelerator.levels.map(() => ({ weights: none(), inputs: none(), partialSums: none() }));
  levels[0].inputs.read = inputs;
  levels[0].partialSums.written = levels[0].partialSums.finished = outputs;
  const onChip = (operand: 'inputs' | 'partialSums'): number =>
    accelerator.levels.findIndex(({ holds }, i) => i > 0 && holds.includes(operand));
  const [inputLevel, outputLevel] = [onChip('inputs'), onChip('partialSums')];
  if (inputLevel > 0) levels[inputLevel].inputs.filled = levels[inputLevel].inputs.read = inputs;
  if (outputLevel > 0) levels[outputLevel].partialSums.written = levels[outputLevel].partialSums.drained = outputs;
  const elements = accelerator.array.reduce((product, { size }) => product * size, 1);
  return {
    macs: batch * layer.operations,
    cycles: Math.ceil((batch * layer.operations) / elements),
    levels,
    exposedCycles: 0,
  };
}
