// `npm run bench`: runs the benchmarks one after another and adds a dated section to RESULTS.md.
import { appendFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benchDemoCandidates } from './demo-candidates.mjs';
import { benchEnergyPricings } from './energy-pricings.mjs';
import { benchTrainingImages } from './training-images.mjs';

const rows = [...benchEnergyPricings(), ...(await benchTrainingImages()), ...(await benchDemoCandidates())];
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
