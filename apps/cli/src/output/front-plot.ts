import type { Front } from '@espalier/contracts';
import { costShown, costUnit, denseCosts } from './cost.js';

/**
 * The front as an SVG picture: cost to the right, accuracy up; the dense network is a point of its
 * own.
 */
export async function frontPlot(front: Front): Promise<string> {
  const echarts = await import('echarts');
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 760, height: 460 });
  const series = (accuracyOf: (point: Front['points'][number]) => number | null): [number, number][] =>
    front.points.flatMap((point) => {
      const [cost, accuracy] = [costShown(front, point), accuracyOf(point)];
      return accuracy === null || cost === null ? [] : [[cost, 100 * accuracy]];
    });
  const tested = series((point) => point.testAccuracy);
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    color: ['#2f6b3a', '#c0792a', '#555555'],
    title: { text: `${front.campaign}: accuracy against ${front.cost}`, left: 'center', textStyle: { fontSize: 16 } },
    legend: { bottom: 4, itemGap: 36 },
    grid: { left: 70, right: 30, top: 50, bottom: 90 },
    xAxis: {
      ...{ type: 'log', nameLocation: 'middle', nameGap: 30, scale: true },
      name: `${front.cost} of a batch, ${costUnit(front)}`,
    },
    yAxis: { type: 'value', name: 'accuracy, %', nameLocation: 'middle', nameGap: 48, scale: true },
    series: [
      {
        name: 'front, validation',
        type: 'line',
        step: 'end',
        symbolSize: 9,
        data: series((point) => point.validationAccuracy),
      },
      ...(tested.length > 0
        ? [{ name: 'front, test', type: 'scatter', symbol: 'diamond', symbolSize: 10, data: tested }]
        : []),
      ...(front.dense
        ? [
            {
              name: 'dense, test',
              type: 'scatter',
              symbol: 'rect',
              symbolSize: 11,
              data: [[costShown(front, denseCosts(front)), 100 * front.dense.testAccuracy]],
            },
          ]
        : []),
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
