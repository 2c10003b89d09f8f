import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as echarts from 'echarts';
import { deviation, mean } from '../statistics.mjs';

const FOLDER = fileURLToPath(new URL('../figures/', import.meta.url));

/**
 * Draws test accuracy against the energy gained over dense, a line for each method, error bars over
 * the seeds.
 */
export function accuracyAgainstEnergy(file, title, points, batch) {
  const methods = [...new Set(points.map(({ method }) => method))];
  const series = methods.flatMap((method) => {
    const own = points.filter((point) => point.method === method);
    const budgets = [...new Set(own.map(({ budget }) => budget))];
    const at = budgets.map((budget) => {
      const group = own.filter((point) => point.budget === budget);
      const accuracies = group.map(({ test }) => 100 * test);
      return { x: mean(group.map(({ gains }) => gains[batch])), y: mean(accuracies), error: deviation(accuracies) };
    });
    return [
      { name: method, type: 'line', symbolSize: 6, data: at.map(({ x, y }) => [x, y]) },
      {
        name: method,
        type: 'custom',
        silent: true,
        data: at.map(({ x, y, error }) => [x, y - error, y + error]),
        renderItem: (_, api) => {
          const [x, low] = api.coord([api.value(0), api.value(1)]);
          const [, high] = api.coord([api.value(0), api.value(2)]);
          return {
            type: 'line',
            shape: { x1: x, y1: low, x2: x, y2: high },
            style: { stroke: api.visual('color'), lineWidth: 1.5 },
          };
        },
      },
    ];
  });
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 960, height: 620 });
  chart.setOption({
    animation: false,
    title: { text: title, left: 'center' },
    legend: { bottom: 0, itemGap: 30, data: methods },
    grid: { top: 50, bottom: 130, left: 70, right: 30 },
    xAxis: { type: 'log', name: 'times less energy than dense', nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'value', name: 'test accuracy, %', min: ({ max }) => Math.floor(max - 4), scale: true },
    series,
  });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}${file}.svg`, chart.renderToSVGString());
  chart.dispose();
}
