// Starts a campaign with an older commit of this repository and finishes it with this checkout:
// node test/upgrade.mjs <commit> Takes a few minutes, most of them for installing the older commit;
// needs the ports from 18800 on.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PORT_BASE = 18_800;
const CANDIDATES = 10;
const DONE_BEFORE = 3;

const commit = process.argv[2];
if (!commit) {
  process.stderr.write('name the commit to begin with: node test/upgrade.mjs <commit>\n');
  process.exit(2);
}
const here = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'espalier-upgrade-'));
const older = join(folder, 'older');
const home = join(folder, 'home');
const env = { ...process.env, ESPALIER_HOME: home, ESPALIER_PORT_BASE: String(PORT_BASE) };
const api = `http://127.0.0.1:${PORT_BASE + 5}/v1/campaigns/upgraded`;

try {
  execFileSync('git', ['clone', '--quiet', here, older]);
  execFileSync('git', ['checkout', '--quiet', commit], { cwd: older });
  execFileSync(process.execPath, ['setup/setup.mjs'], { cwd: older, stdio: 'inherit' });
  execFileSync('mkdir', ['-p', home]);
  chmodSync(folder, 0o755);
  chmodSync(home, 0o755);

  espalier(older, 'up');
  writeFileSync(join(folder, 'upgraded.yaml'), spec());
  espalier(older, 'campaign', 'launch', join(folder, 'upgraded.yaml'));
  const before = await until(({ counts }) => counts.completed >= DONE_BEFORE && counts.running > 0);
  const done = (await candidates()).filter(({ state }) => state === 'completed');
  say(`${commit}: ${before.counts.completed} candidates done, ${before.counts.running} under way`);
  espalier(older, 'down');

  espalier(here, 'up');
  const after = await until(({ state }) => !['pending', 'running'].includes(state));
  const all = await candidates();
  const problems = [
    after.state === 'completed' ? '' : `the campaign is ${after.state}: ${JSON.stringify(after.failure)}`,
    all.length === CANDIDATES ? '' : `${all.length} candidates of ${CANDIDATES}`,
    ...all.filter(({ state }) => state !== 'completed').map(({ number, state }) => `candidate ${number} is ${state}`),
    ...done
      .filter(({ id, artifact, finishedAt }) => {
        const now = all.find((each) => each.id === id);
        return now?.artifact !== artifact || now.finishedAt !== finishedAt;
      })
      .map(({ number }) => `candidate ${number}, done before, was done again`),
  ].filter(Boolean);
  say(
    problems.length === 0 ? `finished by this checkout: ${all.length} candidates, each done once` : problems.join('\n'),
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  espalier(here, 'down');
  rmSync(folder, { recursive: true, force: true });
}

function spec() {
  return `
name: upgraded
network: lenet-5
data: mnist
space:
  criterion: [magnitude]
  density: { conv2: [0.3, 1], fc1: [0.1, 0.5] }
  fineTune: { epochs: [3, 3], imagesPerEpoch: 6000 }
strategy: { name: nsga2, seed: 4 }
budget: { candidates: ${CANDIDATES} }
parallelism: 2
subset: { trainingImages: 6000 }
`;
}

function espalier(checkout, ...args) {
  const { status } = spawnSync(process.execPath, [join(checkout, 'apps/cli/dist/main.js'), ...args], {
    env,
    stdio: 'inherit',
  });
  if (status !== 0 && args[0] !== 'down') throw new Error(`espalier ${args.join(' ')} ended with ${status}`);
}

async function until(isSo) {
  for (;;) {
    const campaign = await get(api);
    if (isSo(campaign)) return campaign;
    if (campaign.state === 'failed') throw new Error(JSON.stringify(campaign.failure));
    await sleep(500);
  }
}

async function candidates() {
  return (await get(`${api}/candidates?limit=200`)).items;
}

/** Each on a connection of its own: those to the older API are gone. */
async function get(url) {
  return (await fetch(url, { headers: { connection: 'close' } })).json();
}

function say(words) {
  process.stdout.write(`${words}\n`);
}
