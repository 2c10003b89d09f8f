import type { NetworkEnergy } from '@espalier/energy-model';
import pc from 'picocolors';
import { energyUnit } from './print.js';

/** Energy by kind of data, in the order in which bars are stacked. */
export const PARTS = ['computation', 'weights', 'inputs', 'partial sums', 'metadata', 'leakage'] as const;
export type Part = (typeof PARTS)[number];

/** A layer's energy by kind of data, all levels together. */
export function partsOf(layers: NetworkEnergy['layers']): Record<Part, number> {
  const parts: Record<Part, number> = {
    computation: 0,
    weights: 0,
    inputs: 0,
    'partial sums': 0,
    metadata: 0,
    leakage: 0,
  };
  for (const { computation, levels, metadata, leakage } of layers) {
    parts.computation += computation;
    parts.metadata += metadata;
    parts.leakage += leakage;
    for (const { weights, inputs, partialSums } of Object.values(levels)) {
      parts.weights += weights;
      parts.inputs += inputs;
      parts['partial sums'] += partialSums;
    }
  }
  return parts;
}

export interface Bar {
  readonly label: string;
  readonly parts: Readonly<Record<Part, number>>;
}

/**
 * Stacked bars as an SVG picture, the first on top. @param unit what all are in; undefined where
 * they differ
 */
export async function barsSvg(title: string, bars: readonly Bar[], unit: string | undefined): Promise<string> {
  const echarts = await import('echarts');
  const used = PARTS.filter((part) => bars.some(({ parts }) => parts[part] > 0));
  const height = 130 + 26 * bars.length;
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 860, height });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    color: ['#4c4c4c', '#2f6b3a', '#c0792a', '#3f6fa8', '#9a5fa3', '#b0b0b0'],
    title: { text: title, left: 'center', textStyle: { fontSize: 15 } },
    legend: { bottom: 4 },
    grid: { left: 170, right: 30, top: 40, bottom: 70 },
    xAxis: { type: 'value', name: `energy, ${energyUnit(unit)}`, nameLocation: 'middle', nameGap: 26 },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ label }) => label),
      axisLabel: { width: 150, overflow: 'truncate' },
    },
    series: used.map((part) => ({
      name: part,
      type: 'bar',
      stack: 'energy',
      data: bars.map(({ parts }) => parts[part] / 1e6),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

const INKS = [pc.gray, pc.green, pc.yellow, pc.blue, pc.magenta, pc.white];
const SIGNS = ['█', '▓', '▒', '░', '#', '.'];

/** Stacked bars for a terminal; characters differ as well as colours. */
export function barsText(bars: readonly Bar[], width = 60): string {
  const total = ({ parts }: Bar): number => PARTS.reduce((sum, part) => sum + parts[part], 0);
  const most = Math.max(...bars.map(total), Number.MIN_VALUE);
  const labelWidth = Math.min(24, Math.max(...bars.map(({ label }) => label.length)));
  const lines = bars.map((bar) => {
    let drawn = 0;
    let reached = 0;
    const stack = PARTS.map((part, i) => {
      reached += bar.parts[part];
      const cells = Math.round((reached / most) * width) - drawn;
      drawn += cells;
      return INKS[i](SIGNS[i].repeat(cells));
    });
    return `${bar.label.slice(0, labelWidth).padEnd(labelWidth)} ${stack.join('')}`;
  });
  const legend = PARTS.map((part, i) => `${INKS[i](SIGNS[i])} ${part}`).join('  ');
  return [...lines, legend].join('\n');
}
