// How long the mapping search takes for AlexNet, against two peers on the same cores in the same
// run: nn_dataflow's analytic solver (row-stationary, 16 × 16, batch 16) and ZigZag's search (its
// eyeriss_like chip, batch 1).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eyeriss, NetworkPricer, searchMapping } from '@espalier/energy-model';
import { importOnnx, pricedLayers, pricedNetwork, PUBLISHED_NETWORKS } from '@espalier/networks';
import { parse } from 'yaml';
import { pythonWith } from './peers-python.mjs';

const root = new URL('..', import.meta.url);
const PEERS = ['nn-dataflow==2.1', 'zigzag-dse==3.9.1', 'six'];

export function benchMappingSearch() {
  const python = pythonWith('mapping-peers', PEERS);
  const alexnet = shapesOf(pricedNetwork(PUBLISHED_NETWORKS.find(({ name }) => name === 'alexnet')));
  const search = () => alexnet.forEach((shape) => searchMapping(shape, 16, eyeriss));
  const first = milliseconds(search);
  for (let i = 0; i < 20; i++) search();
  const ours = median(Array.from({ length: 15 }, () => milliseconds(search)));
  const [theirs] = run(python, 'nn_dataflow_search.py');

  const chip = parse(readFileSync(new URL('examples/accelerators/zigzag-eyeriss-like.yaml', root), 'utf8'));
  const onnx = new URL('libs/networks/src/importers/fixtures/alexnet.onnx', root);
  const same = shapesOf(pricedLayers(importOnnx(readFileSync(onnx), 'alexnet', 'price').network));
  let energy = 0;
  const onTheirChip = milliseconds(() => {
    energy = new NetworkPricer(same, 1, chip).dense().total;
  });
  const [zigzag, zigzagEnergy] = run(python, 'zigzag_search.py');
  return [
    [
      'mapping search of AlexNet on eyeriss: first call, median of 15 more',
      `${first.toFixed(0)} ms, ${ours.toFixed(1)} ms`,
    ],
    ["nn_dataflow's analytic solver, median of 5", `${(1000 * theirs).toFixed(0)} ms`],
    ['nn_dataflow / ours, median', `${((1000 * theirs) / ours).toFixed(1)} ×`],
    [
      "AlexNet on ZigZag's eyeriss_like: ours (search and count, once), ZigZag",
      `${onTheirChip.toFixed(0)} ms, ${zigzag.toFixed(1)} s`,
    ],
    ['ZigZag / ours, time', `${((1000 * zigzag) / onTheirChip).toFixed(0)} ×`],
    ['ours / ZigZag, energy found', (energy / zigzagEnergy).toFixed(3)],
  ];
}

const shapesOf = ({ layers }) => layers.filter((layer) => !('operations' in layer));

function milliseconds(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** The numbers on the last line that a script prints. */
function run(python, script) {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const { status, stdout } = spawnSync(python, [file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  if (status !== 0) throw new Error(`${script} failed`);
  return stdout.trim().split('\n').at(-1).split(' ').map(Number);
}
