// How many layers, and whole networks, the energy model prices in a second when their mappings are known: the inner loop of
// a search. One core, one process.
import { eyeriss, NetworkPricer } from '@espalier/energy-model';
import { weightedLayers, zooNetwork } from '@espalier/networks';

const SECONDS = 2;

export function benchEnergyPricings() {
  const shapes = weightedLayers(zooNetwork('lenet-5')).map(({ shape }) => shape);
  const coldStart = performance.now();
  const pricer = new NetworkPricer(shapes, 16, eyeriss);
  const cold = performance.now() - coldStart;
  const densities = shapes.map(() => ({ weights: 0.1, inputs: 0.3, outputs: 0.2 }));
  for (let i = 0; i < 20_000; i++) pricer.price(densities);
  let networks = 0;
  const start = performance.now();
  while (performance.now() - start < SECONDS * 1000) {
    for (let i = 0; i < 1000; i++) pricer.price(densities);
    networks += 1000;
  }
  const perSecond = networks / ((performance.now() - start) / 1000);
  return [
    ['mapping search of LeNet-5, cold', `${cold.toFixed(0)} ms`],
    ['networks priced a second (LeNet-5, mappings known)', Math.round(perSecond).toLocaleString('en')],
    ['layers priced a second', Math.round(perSecond * shapes.length).toLocaleString('en')],
  ];
}
