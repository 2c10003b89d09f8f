import { sharesAlong, type Accelerator } from '../accelerator.js';
import type { LayerTraffic } from '../traffic/count-traffic.js';
import { OPERANDS, type Operand } from '../dimensions.js';
import type { LayerDensity } from '../layer-shape.js';

export interface LayerLatency {
  /**
   * Cycles until the layer is done: those of the slowest of computation, memories and networks, and
   * what cannot overlap.
   */
  readonly cycles: number;
  /** Cycles beyond those of computation. */
  readonly stalls: number;
  /**
   * MACs done or skipped over what the whole array could have done in that time, in (0, 1] unless
   * zeros are skipped.
   */
  readonly utilisation: number;
  /** What the layer waits for most: `computation`, or the name of a level or network. */
  readonly limitedBy: string;
}

/**
 * Latency of a mapped layer. Zeros shorten it on chips that skip them; one that gates them saves no
 * cycle.
 */
export function layerLatency(traffic: LayerTraffic, density: LayerDensity, accelerator: Accelerator): LayerLatency {
  const { array, bits, levels, sparsity } = accelerator;
  const elements = array.reduce((product, { size }) => product * size, 1);
  const computation =
    traffic.cycles *
    (sparsity.zeros.weights === 'skipping' ? density.weights : 1) *
    (sparsity.zeros.inputs === 'skipping' ? density.inputs : 1);

  let slowest = computation;
  let limitedBy = 'computation';
  const consider = (name: string, cycles: number): void => {
    if (cycles > slowest) [slowest, limitedBy] = [cycles, name];
  };
  levels.forEach((level, i) => {
    const sum = (of: (operand: Operand) => number): number =>
      OPERANDS.reduce((total, operand) => total + bits[operand] * of(operand), 0);
    const moved = traffic.levels[i];
    if (level.bandwidth) {
      const memories = array.reduce(
        (product, { name, size }) => (sharesAlong(level, name) ? product : product * size),
        1,
      );
      const read = sum((operand) => moved[operand].read + moved[operand].drained) / memories;
      const written = sum((operand) => moved[operand].written + moved[operand].filled) / memories;
      consider(level.name, Math.max(read / level.bandwidth.read, written / level.bandwidth.write));
    }
    const wires = level.network?.bitsPerCycle;
    if (wires) {
      for (const operand of OPERANDS) {
        const above = levels.slice(0, i).findLastIndex(({ holds }) => holds.includes(operand));
        if (above < 0 || !level.holds.includes(operand)) continue;
        const { read, written } = traffic.levels[above][operand];
        consider(level.network.name, (bits[operand] * Math.max(read, written)) / wires[operand]);
      }
    }
  });
  const cycles = slowest + traffic.exposedCycles;
  return {
    cycles,
    stalls: cycles - computation,
    utilisation: cycles > 0 ? traffic.macs / (cycles * elements) : 1,
    limitedBy,
  };
}
