import {
  axesOf,
  sharesAlong,
  type Accelerator,
  type CompressionFormat,
  type MemoryLevel,
  type Tensor,
} from '../accelerator.js';
import { OPERANDS, type Operand } from '../dimensions.js';
import type { LayerTraffic } from '../traffic/count-traffic.js';

/**
 * One part of a layer's energy: what it takes with no zeros, and what zeros leave of it. All prices
 * of a mapped layer are sums of such terms, so that another density costs a few multiplications.
 */
export interface EnergyTerm {
  /** A level's or a network's name; of computation, none. */
  readonly place: string | undefined;
  readonly operand: Operand | undefined;
  /** Energy for the whole batch, dense and uncompressed. */
  readonly energy: number;
  readonly scales: Scaling;
}

export type Scaling =
  | { readonly by: 'nothing' }
  /** With the MACs that no zero operand saves. */
  | { readonly by: 'activity' }
  /** With the size of a compressed tensor. */
  | {
      readonly by: 'compression';
      readonly tensor: Tensor;
      readonly format: CompressionFormat;
      readonly valueBits: number;
      readonly indexBits: number | undefined;
    };

/** Splits the energy of a mapped layer into its terms. */
export function energyTerms(traffic: LayerTraffic, accelerator: Accelerator): EnergyTerm[] {
  const { levels, bits } = accelerator;
  const terms: EnergyTerm[] = [
    { place: undefined, operand: undefined, energy: macEnergy(accelerator) * traffic.macs, scales: { by: 'activity' } },
  ];
  const add = (place: string, operand: Operand, energy: number, scales: Scaling): void => {
    if (energy !== 0) terms.push({ place, operand, energy, scales });
  };
  levels.forEach((level, i) => {
    for (const operand of OPERANDS) {
      if (!level.holds.includes(operand)) continue;
      const moved = traffic.levels[i][operand];
      const words = (values: number, width: number): number => (values * width) / level.wordBits;
      const transfers = i > 0 && level.chargesTransfers !== false ? 1 : 0;
      // An access that serves one MAC alone is saved with it.
      const innermost = !levels.slice(i + 1).some(({ holds }) => holds.includes(operand));
      const alone = innermost && axesOf(accelerator).every(({ name }) => !sharesAlong(level, name));
      const forMacs: Scaling = alone ? { by: 'activity' } : NOTHING;
      const { read, write } = level.energy;
      if (operand === 'partialSums') {
        // A MAC's own update is not an output's last write: all updates of the innermost level go
        // with the MACs.
        const finished = innermost ? 0 : moved.finished;
        const width = bits.partialSums;
        add(
          level.name,
          operand,
          read * words(moved.read, width) + write * words(moved.written - finished, width),
          forMacs,
        );
        const outputs = compressed('outputs', level.name, accelerator);
        add(level.name, operand, write * words(finished, bits.outputs), outputs);
        const passed = write * words(moved.filled, width) + read * words(moved.drained, width);
        add(level.name, operand, transfers * passed, NOTHING);
        add(
          level.network?.name ?? '',
          operand,
          (level.network?.energy ?? 0) * words(moved.filled + moved.drained, width),
          NOTHING,
        );
      } else {
        const stored = compressed(operand, level.name, accelerator);
        const wires = level.network?.name ?? '';
        add(level.name, operand, read * words(moved.read, bits[operand]), innermost && alone ? forMacs : stored);
        add(level.name, operand, transfers * write * words(moved.filled, bits[operand]), stored);
        add(
          wires,
          operand,
          (level.network?.energy ?? 0) * words(moved.filled, bits[operand]),
          compressed(operand, wires, accelerator),
        );
      }
    }
  });
  return terms;
}

const NOTHING: Scaling = { by: 'nothing' };

/** Energy of one MAC at the chip's widths. */
function macEnergy({ computation, bits }: Accelerator): number {
  const { mac, scaling, bits: measuredAt } = computation;
  if (scaling !== 'product' || measuredAt === undefined) return mac;
  return (mac * bits.weights * bits.inputs) / measuredAt ** 2;
}

function compressed(tensor: Tensor, place: string, { sparsity, bits }: Accelerator): Scaling {
  const found = sparsity.compression.find((each) => each.tensor === tensor && each.level === place);
  if (!found) return NOTHING;
  return { by: 'compression', tensor, format: found.format, valueBits: bits[tensor], indexBits: found.indexBits };
}

/**
 * Names of all places that energy goes to, outermost first: each level, and the network that leads
 * to it before it.
 */
export function placesOf(levels: readonly MemoryLevel[]): string[] {
  return levels.flatMap(({ name, network }) => (network ? [network.name, name] : [name]));
}
