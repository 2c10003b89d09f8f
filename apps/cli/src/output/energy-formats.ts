import type { Accelerator, LayerSensitivity, NetworkEnergy } from '@espalier/energy-model';
import { energy, energyUnit, percent, table } from './print.js';

/** Layers ranked by the energy that removing a weight saves. */
export function sensitivityText(ranked: readonly LayerSensitivity[], unit: string): string {
  return table(
    ['layer', 'weights 10³', `energy saved per weight removed, ${unit}`, `energy of a tenth, ${energyUnit(unit)}`],
    ranked.map(({ name, weights, energyPerWeight, energyOfTenth }) => [
      name,
      (weights / 1e3).toFixed(1),
      energyPerWeight >= 1 ? energyPerWeight.toFixed(1) : energyPerWeight.toPrecision(3),
      energy(energyOfTenth),
    ]),
  );
}

/** Cycles and bottleneck of each layer. */
export function latencyText({ layers, batch }: NetworkEnergy, { clockMegahertz, unit }: Accelerator): string {
  const rows = layers.flatMap(({ name, latency }) =>
    latency
      ? [
          [
            name,
            (latency.cycles / 1e3).toFixed(1),
            (latency.stalls / 1e3).toFixed(1),
            percent(latency.utilisation, 1),
            latency.limitedBy,
            latency.energyDelayProduct.toExponential(2),
          ],
        ]
      : [],
  );
  const cycles = layers.reduce((sum, { latency }) => sum + (latency?.cycles ?? 0), 0);
  const time =
    clockMegahertz === undefined ? '' : `, ${(cycles / clockMegahertz / 1e3).toFixed(2)} ms at ${clockMegahertz} MHz`;
  return [
    table(['layer', 'cycles 10³', 'stalls 10³', 'utilisation', 'limited by', `energy × delay, ${unit} · cycles`], rows),
    `${(cycles / 1e6).toFixed(2)} · 10⁶ cycles for ${batch} images${time}`,
  ].join('\n');
}

/** One line for each layer, place and operand. Names hold no commas or quotes. */
export function energyCsv({ layers }: NetworkEnergy): string {
  const lines = layers.flatMap(({ name, computation, metadata, leakage, levels }) => [
    [name, 'computation', '', computation],
    ...Object.entries(levels).flatMap(([level, operands]) =>
      Object.entries(operands).map(([operand, value]) => [name, level, operand, value]),
    ),
    [name, 'metadata', '', metadata],
    [name, 'leakage', '', leakage],
  ]);
  return [['layer', 'place', 'operand', 'energy'], ...lines].map((line) => line.join(',')).join('\n');
}
