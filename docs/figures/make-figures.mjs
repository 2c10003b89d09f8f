// `npm run figures`: prices seven published networks on every shipped chip, and draws where the
// energy goes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { barsSvg, partsOf, PARTS } from '../../apps/cli/dist/output/energy-plot.js';
import { ACCELERATORS, macCount, NetworkPricer, weightCount } from '@espalier/energy-model';
import { pricedNetwork, PUBLISHED_NETWORKS } from '@espalier/networks';

const BATCH = 16;
const folder = fileURLToPath(new URL('.', import.meta.url));
mkdirSync(folder, { recursive: true });

const networks = PUBLISHED_NETWORKS.map((list) => {
  const { layers } = pricedNetwork(list);
  const weighted = layers.filter((layer) => !('operations' in layer));
  return {
    name: list.name,
    layers,
    depth: weighted.length,
    weights: weighted.reduce((sum, layer) => sum + weightCount(layer), 0),
    macs: weighted.reduce((sum, layer) => sum + macCount(layer, 1), 0),
  };
});

const tables = [];
for (const chip of ACCELERATORS) {
  const rows = networks.map((network) => {
    const report = new NetworkPricer(network.layers, BATCH, chip).dense();
    const cycles = report.layers.reduce((sum, { latency }) => sum + latency.cycles, 0);
    return { ...network, energy: report.total / BATCH, cycles: cycles / BATCH, parts: partsOf(report.layers) };
  });
  const perImage = rows.map(({ name, parts }) => ({
    label: name,
    parts: Object.fromEntries(Object.entries(parts).map(([part, value]) => [part, value / BATCH])),
  }));
  writeFileSync(
    `${folder}${chip.name}.svg`,
    `${await barsSvg(`${chip.name}: energy of one image, batch ${BATCH}, dense`, perImage, chip.unit)}\n`,
  );
  tables.push({ chip, rows });
}

const percent = (value) => `${(100 * value).toFixed(0)} %`;
const page = [
  '# Where the energy of seven networks goes, on eight chips',
  '',
  `Made by \`npm run figures\`. Dense networks, batch ${BATCH}, energy and cycles of one image; pooling and additions included.`,
  'Energies of chips with different units cannot be compared.',
  ...tables.flatMap(({ chip, rows }) => [
    '',
    `## ${chip.name}`,
    '',
    chip.source,
    '',
    `![Stacked bars of each network's energy on ${chip.name}](${chip.name}.svg)`,
    '',
    `| network | energy, 10⁶ ${chip.unit} | energy a MAC | cycles 10⁶ | ${PARTS.slice(0, 4).join(' | ')} |`,
    '|---|---|---|---|---|---|---|---|',
    ...rows.map(({ name, energy, cycles, macs, parts }) =>
      [
        '',
        name,
        (energy / 1e6).toFixed(1),
        (energy / macs).toFixed(2),
        (cycles / 1e6).toFixed(2),
        ...PARTS.slice(0, 4).map((part) => percent(parts[part] / BATCH / energy)),
        '',
      ].join(' | '),
    ),
  ]),
  '',
].join('\n');
writeFileSync(`${folder}README.md`, page.replaceAll('\n | ', '\n| ').replaceAll(' | \n', ' |\n'));

// Sze's question: a shallow network with more weights, or a deep one with fewer?
const on = (chipName) => tables.find(({ chip }) => chip.name === chipName);
const eyeriss = on('eyeriss');
const of = (table, name) => table.rows.find((row) => row.name === name);
const pairs = [
  ['alexnet', 'squeezenet'],
  ['alexnet', 'googlenet'],
  ['vgg-16', 'resnet-50'],
  ['resnet-18', 'mobilenet-v2'],
];
const answer = [
  '# Shallow with more weights, or deep with fewer?',
  '',
  'The question that opens the energy-aware pruning paper (Yang, Chen, Sze, CVPR 2017), asked of real networks. Every number',
  'below is written by `npm run figures`; any of them can be asked for alone:',
  '',
  '    npx espalier energy alexnet --compare squeezenet googlenet --batch 16',
  '',
  '| network | weighted layers | weights 10⁶ | MACs 10⁶ | energy on eyeriss, 10⁶ MAC | energy a MAC | energy a weight |',
  '|---|---|---|---|---|---|---|',
  ...eyeriss.rows.map(
    ({ name, depth, weights, macs, energy }) =>
      `| ${name} | ${depth} | ${(weights / 1e6).toFixed(2)} | ${(macs / 1e6).toFixed(0)} | ${(energy / 1e6).toFixed(0)} | ${(energy / macs).toFixed(2)} | ${(energy / weights).toFixed(0)} |`,
  ),
  '',
  '## Pair by pair',
  '',
  '| shallow, more weights | deep, fewer weights | weights | energy on eyeriss | on eyeriss-v2 | on tpu | on mobile-cpu |',
  '|---|---|---|---|---|---|---|',
  ...pairs.map(([a, b]) => {
    const ratio = (table) => `${(of(table, b).energy / of(table, a).energy).toFixed(2)} ×`;
    const weights = `1 : ${(of(eyeriss, a).weights / of(eyeriss, b).weights).toFixed(1)} fewer`;
    return `| ${a} | ${b} | ${weights} | ${['eyeriss', 'eyeriss-v2', 'tpu', 'mobile-cpu'].map((name) => ratio(on(name))).join(' | ')} |`;
  }),
  '',
  '## What follows',
  '',
  ...conclusions(),
  '',
].join('\n');
writeFileSync(fileURLToPath(new URL('../shallow-or-deep.md', import.meta.url)), answer);
process.stdout.write(`wrote ${ACCELERATORS.length} figures, docs/figures/README.md and docs/shallow-or-deep.md\n`);

/** Sentences that hold only as long as the numbers above say so. */
function conclusions() {
  const share = (name, part) => {
    const { parts, energy } = of(eyeriss, name);
    return parts[part] / BATCH / energy;
  };
  const features = (name) => share(name, 'inputs') + share(name, 'partial sums');
  const ratio = of(eyeriss, 'squeezenet').energy / of(eyeriss, 'alexnet').energy;
  const fewer = of(eyeriss, 'alexnet').weights / of(eyeriss, 'squeezenet').weights;
  const mobile = of(eyeriss, 'mobilenet-v2');
  const res18 = of(eyeriss, 'resnet-18');
  return [
    `- The number of weights does not decide. SqueezeNet has ${fewer.toFixed(0)} times fewer than AlexNet and takes ${ratio.toFixed(2)} times its energy on Eyeriss: ` +
      `${percent(features('squeezenet'))} of that goes into moving feature maps, ${percent(share('squeezenet', 'weights'))} into weights.`,
    `- Nor does the number of MACs. MobileNetV2 does ${(res18.macs / mobile.macs).toFixed(1)} times fewer than ResNet-18 and saves ${(res18.energy / mobile.energy).toFixed(1)} times, since a MAC of its takes ` +
      `${(mobile.energy / mobile.macs).toFixed(1)} instead of ${(res18.energy / res18.macs).toFixed(1)}: depthwise layers reuse little of what they load.`,
    `- The chip decides with. The same pairs stand otherwise on a systolic array or a processor's caches, as the table shows: price a candidate on the chip it is for.`,
  ];
}
