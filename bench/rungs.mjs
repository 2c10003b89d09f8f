// The demo's search with rungs and without, by the same strategy: what front each has, how long
// devices were at work for it, and after how long the one with rungs, which has more candidates to
// come to, has the front that the other ends with. Needs a stack that is up with nothing else to do
// (`npx espalier up`).
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { hypervolume } from '@espalier/pareto';
import { parse } from 'yaml';

/** Long enough for most of a candidate's time to be training. */
const EPOCHS = 9;
const CANDIDATES = Number(process.env.ESPALIER_RUNGS_CANDIDATES ?? 27);
const TIMES_MORE = 3;

export async function benchRungs() {
  const api = process.env.ESPALIER_API_URL ?? 'http://127.0.0.1:7835';
  if (!(await fetch(api + '/v1/campaigns').catch(() => null))) {
    return [['rungs', 'not measured: no stack is up']];
  }
  const demo = parse(readFileSync(new URL('../examples/lenet5-mnist.yaml', import.meta.url), 'utf8'));
  const spec = {
    ...demo,
    constraints: {},
    space: { ...demo.space, fineTune: { epochs: [EPOCHS, EPOCHS], imagesPerEpoch: 18_000 } },
    strategy: { name: 'random', seed: 7 },
    budget: { candidates: CANDIDATES },
  };
  // With rungs first: of the others' results none is its own then.
  const climbing = await run(api, {
    ...spec,
    name: `rungs-${Date.now()}`,
    rungs: { epochs: [0, 1] },
    budget: { candidates: TIMES_MORE * CANDIDATES },
  });
  const whole = await run(api, { ...spec, name: `no-rungs-${Date.now()}` });
  const reached = climbing.course.find(({ hypervolume }) => hypervolume >= whole.hypervolume);
  return [
    [
      `candidates of ${EPOCHS} epochs, ${TIMES_MORE * CANDIDATES} with rungs after 0 and 1, ${CANDIDATES} without: seconds of devices`,
      pair(climbing, whole, 'seconds', 0),
    ],
    ['hypervolume with rungs; without', pair(climbing, whole, 'hypervolume', 4)],
    [
      'seconds of devices after which the front with rungs has the hypervolume that the other ends with; times less than without',
      reached ? `${reached.seconds.toFixed(0)}; ${(whole.seconds / reached.seconds).toFixed(2)}` : 'never',
    ],
    [
      'points of accuracy that the front with rungs loses at most, against the other at no more energy',
      (100 * mostLost(climbing.front, whole.front)).toFixed(2),
    ],
  ];
}

const pair = (a, b, key, digits) => `${a[key].toFixed(digits)}; ${b[key].toFixed(digits)}`;

async function run(api, spec) {
  const answer = await fetch(`${api}/v1/campaigns`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(spec),
  });
  if (!answer.ok) throw new Error(await answer.text());
  const get = async (path) => (await fetch(`${api}/v1/campaigns/${spec.name}${path}`)).json();
  let campaign = await get('');
  const course = [];
  for (; campaign.state !== 'completed'; campaign = await get('')) {
    if (['failed', 'cancelled'].includes(campaign.state)) throw new Error(`${spec.name} is ${campaign.state}`);
    if (campaign.dense)
      course.push({ seconds: await deviceSeconds(api, spec), ...(await computeFront(get, campaign)) });
    await setTimeout(2000);
  }
  return { seconds: await deviceSeconds(api, spec), course, ...(await computeFront(get, campaign)) };
}

async function deviceSeconds(api, { name }) {
  const metrics = await (await fetch(`${api}/metrics`)).text();
  const [, seconds] = new RegExp(`espalier_device_seconds_total\\{campaign="${name}"\\} (\\S+)`).exec(metrics) ?? [];
  return Number(seconds ?? 0);
}

async function computeFront(get, { dense }) {
  const { points } = await get('/front');
  const front = points.map(({ energy, validationAccuracy }) => [energy / dense.energy.total, 1 - validationAccuracy]);
  return { front, hypervolume: hypervolume(front, [1, 1]) };
}

/**
 * The most accuracy by which a member of one front is better than all of the other's that take no
 * more energy.
 */
function mostLost(front, than) {
  const best = (energy) => Math.min(1, ...front.filter((point) => point[0] <= energy * 1.05).map(([, error]) => error));
  return Math.max(0, ...than.map(([energy, error]) => best(energy) - error));
}
