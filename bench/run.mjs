// `npm run bench`, or `npm run bench -- mapping-search`: runs the benchmarks one after another and
// adds a dated section to RESULTS.md.
import { appendFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benchCampaignScale } from './campaign-scale.mjs';
import { benchDemoCandidates } from './demo-candidates.mjs';
import { benchEnergyPricings } from './energy-pricings.mjs';
import { benchGraphicsGpu } from './gpu-training.mjs';
import { benchMappingSearch } from './mapping-search.mjs';
import { benchKilledWorker } from './peers/killed-worker.mjs';
import { benchSchedulingOverhead } from './peers/scheduling-overhead.mjs';
import { benchLenet300100 } from './pruning/lenet-300-100.mjs';
import { benchLenet5 } from './pruning/lenet-5.mjs';
import { benchPruneTimes } from './pruning/prune-times.mjs';
import { benchResnet20 } from './pruning/resnet-20.mjs';
import { benchRungs } from './rungs.mjs';
import { benchRecorded } from './search/recorded.mjs';
import { benchSearch } from './search/search.mjs';
import { benchShrinking } from './shrinking.mjs';
import { benchTrainingImages } from './training-images.mjs';
import { benchWorkerMemory } from './worker-memory.mjs';

const BENCHES = {
  'energy-pricings': benchEnergyPricings,
  'mapping-search': benchMappingSearch,
  'training-images': benchTrainingImages,
  'graphics-GPU': benchGraphicsGpu,
  shrinking: benchShrinking,
  'demo-candidates': benchDemoCandidates,
  'campaign-scale': benchCampaignScale,
  rungs: benchRungs,
  'killed-worker': benchKilledWorker,
  'scheduling-overhead': benchSchedulingOverhead,
  search: benchSearch,
  'recorded-search': benchRecorded,
  'worker-memory': benchWorkerMemory,
  'prune-times': benchPruneTimes,
  'lenet-5': benchLenet5,
  'lenet-300-100': benchLenet300100,
  'resnet-20': benchResnet20,
};
const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !(name in BENCHES));
if (unknown !== undefined) {
  process.stderr.write(`there is no benchmark '${unknown}'; there are ${Object.keys(BENCHES).join(', ')}\n`);
  process.exit(2);
}
const rows = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (chosen.length === 0 || chosen.includes(name)) rows.push(...(await bench()));
}
const machine = `${availableParallelism()} × ${cpus()[0].model.trim()}, Node ${process.versions.node}`;
const section = [
  `\n## ${new Date().toISOString().slice(0, 10)}: ${machine}\n`,
  '| what | measured |',
  '|---|---|',
  ...rows.map(([what, value]) => `| ${what} | ${value} |`),
  '',
].join('\n');
process.stdout.write(section);
appendFileSync(fileURLToPath(new URL('RESULTS.md', import.meta.url)), section);
