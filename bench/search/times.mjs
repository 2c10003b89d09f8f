// How long asking takes after so many results, and hypervolumes and kept fronts beside moocore's.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hypervolume, IncrementalFront } from '@espalier/pareto';
import { cubeOf, FrontierStrategy } from '@espalier/search';
import { energyOf, lossOf, PRUNE } from './problems.mjs';

const POINTS = 10_000;
const ADDED = 1_000_000;

export function benchSearchTimes(python) {
  const rows = [100, 1000, 10_000].map((count) => [
    `frontier: median ms of an ask after ${count} results of prune8, its energy known`,
    askMilliseconds(count).toFixed(1),
  ]);
  const { stdout, status } = spawnSync(python, [fileURLToPath(new URL('hypervolume_times.py', import.meta.url))], {
    input: JSON.stringify({ two: arc(), three: sphere() }),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error('the times of moocore cannot be taken');
  const theirs = JSON.parse(stdout);
  for (const [name, points, reference] of [
    ['two', arc(), [1, 1]],
    ['three', sphere(), [1, 1, 1]],
  ]) {
    const ours = median(() => hypervolume(points, reference));
    const ratio = `${ours.toFixed(1)}, ${theirs[name].toFixed(1)}; ${(ours / theirs[name]).toFixed(2)}`;
    rows.push([`hypervolume of a front of ${POINTS} points, ${name} objectives: ms, moocore's; ours / theirs`, ratio]);
  }
  const added = median(() => {
    const kept = new IncrementalFront();
    for (let i = 0; i < ADDED; i++) {
      const angle = ((i * 0.618034) % 1) * (Math.PI / 2);
      kept.add(1 - Math.cos(angle), 1 - Math.sin(angle), i);
    }
    return kept.size;
  });
  rows.push([`a million points added to a kept front that all of them stay on: ms`, added.toFixed(0)]);
  return rows;
}

function askMilliseconds(count) {
  const constants = PRUNE.prune8;
  const space = cubeOf(constants.e.map(() => ({ isDensity: true })));
  const strategy = new FrontierStrategy(space, 1, {
    ...{ reference: [1, 1], isShare: true },
    known: [(point) => energyOf(constants, point)],
  });
  for (let number = 0; number < count; number++) {
    const point = constants.e.map((_, j) => ((number + 1) * (0.5545497 + 0.0731 * j)) % 1);
    const objectives = [lossOf(constants, point), energyOf(constants, point)];
    strategy.tell([{ number, point, objectives, violation: 0 }]);
  }
  return median((i) => {
    for (const proposal of strategy.propose(count + i, [])) return proposal;
  });
}

function arc() {
  return Array.from({ length: POINTS }, (_, i) => {
    const angle = ((i + 0.5) / POINTS) * (Math.PI / 2);
    return [1 - Math.cos(angle), 1 - Math.sin(angle)];
  });
}

function sphere() {
  return Array.from({ length: POINTS }, (_, i) => {
    const up = Math.acos(1 - ((i * 0.618034) % 1));
    const around = ((i + 0.5) / POINTS) * (Math.PI / 2);
    return [1 - Math.sin(up) * Math.cos(around), 1 - Math.sin(up) * Math.sin(around), 1 - Math.cos(up)];
  });
}

/** Of seven times, after one that is not counted. */
function median(what) {
  what(0);
  const times = Array.from({ length: 7 }, (_, i) => {
    const began = performance.now();
    what(i + 1);
    return performance.now() - began;
  }).sort((a, b) => a - b);
  return times[3];
}
