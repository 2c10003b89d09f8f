// How many layers, and whole networks, the energy model prices in a second when their mappings are
// known: the inner loop of a search. One core, one process.
import { eyeriss, FlatPricer, NetworkPricer } from '@espalier/energy-model';
import { PUBLISHED_NETWORKS, pricedNetwork, weightedLayers, zooNetwork } from '@espalier/networks';

const SECONDS = 2;
const CANDIDATES = 1000;

export function benchEnergyPricings() {
  const lenet = weightedLayers(zooNetwork('lenet-5')).map(({ shape }) => shape);
  const alexnet = shapesOf('alexnet');
  const pricer = new NetworkPricer(lenet, 16, eyeriss);
  const densities = lenet.map(() => ({ weights: 0.1, inputs: 0.3, outputs: 0.2 }));
  const reports = perSecond(() => {
    for (let i = 0; i < CANDIDATES; i++) pricer.price(densities);
  });

  const flat = new FlatPricer(new NetworkPricer(alexnet, 16, eyeriss));
  const flatDensities = Float64Array.from({ length: CANDIDATES * 3 * alexnet.length }, () => Math.random());
  const totals = new Float64Array(CANDIDATES);
  const schedules = perSecond(() => flat.totals(flatDensities, totals));

  return [
    ...['alexnet', 'mobilenet-v2', 'resnet-50'].map((name) => searchRow(name)),
    ['full reports a second (LeNet-5, mappings known)', Math.round(reports).toLocaleString('en')],
    ['layers in full reports a second', Math.round(reports * lenet.length).toLocaleString('en')],
    ['totals of 8-layer schedules a second (AlexNet, flat arrays)', Math.round(schedules).toLocaleString('en')],
    ['layer prices a second (flat arrays)', Math.round(schedules * alexnet.length).toLocaleString('en')],
    [
      'of them against a loop of one multiply-add a density',
      `${(schedules / multiplyAdds(flatDensities)).toFixed(3)} ×`,
    ],
  ];
}

function shapesOf(name) {
  const list = PUBLISHED_NETWORKS.find((network) => network.name === name);
  return pricedNetwork(list).layers.filter((layer) => !('operations' in layer));
}

/**
 * No mapping is cached between runs: each makes its own pricer. The median of eleven, after one
 * that warms up.
 */
function searchRow(name) {
  const shapes = shapesOf(name);
  const times = Array.from({ length: 12 }, () => {
    const start = performance.now();
    new NetworkPricer(shapes, 16, eyeriss);
    return performance.now() - start;
  });
  const [first, ...rest] = times;
  rest.sort((a, b) => a - b);
  return [
    `mapping search of ${name} (${shapes.length} layers): first, median of 11 more`,
    `${first.toFixed(0)} ms, ${rest[5].toFixed(1)} ms`,
  ];
}

/** What memory and arithmetic allow: candidates a second if each density cost one multiply-add. */
function multiplyAdds(densities) {
  let sink = 0;
  const rate = perSecond(() => {
    let sum = 0;
    for (let i = 0; i < densities.length; i++) sum += densities[i] * 1.5;
    sink += sum;
  });
  if (Number.isNaN(sink)) throw new Error('not a number');
  return rate;
}

/** Candidates a second of something that handles CANDIDATES at a time. */
function perSecond(run) {
  for (let i = 0; i < 20; i++) run();
  let rounds = 0;
  const start = performance.now();
  while (performance.now() - start < SECONDS * 1000) {
    run();
    rounds++;
  }
  return (rounds * CANDIDATES) / ((performance.now() - start) / 1000);
}
