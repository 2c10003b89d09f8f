import { copyFileSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Deletion, Front, Reevaluation } from '@espalier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CampaignsOf, smallCampaign } from './small-campaigns.js';
import { kill, StackUnderTest, until } from './stack-under-test.js';
import { onWebPage } from './web-page.js';

const stack = new StackUnderTest(18_460);
const { campaign, candidates, events, completed, failed } = new CampaignsOf(stack);
const MODEL = fileURLToPath(new URL('../examples/models/lenet-5-mnist.keras', import.meta.url));
const artifactFiles = (): string[] =>
  readdirSync(join(stack.home, 'artifacts'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

beforeAll(async () => {
  expect((await stack.espalier('up')).code).toBe(0);
});
afterAll(() => stack.remove());

describe('a campaign that has ended', () => {
  it('goes on up to a larger budget; what was done before stays as it was', async () => {
    expect(
      (await stack.espalier('campaign', 'launch', stack.write('first.yaml', smallCampaign('first', 'magnitude')))).code,
    ).toBe(0);
    await completed('first');
    const before = await candidates('first');
    const planned = await stack.espalier('campaign', 'extend', 'first', '--candidates', '5', '--dry-run');
    expect([planned.code, planned.stderr]).toEqual([
      0,
      expect.stringContaining('would go on, from 3 candidates to 5 candidates'),
    ]);
    expect((await campaign('first')).state).toBe('completed');
    expect((await stack.espalier('campaign', 'extend', 'first', '--candidates', '5')).code).toBe(0);
    expect((await completed('first')).counts.completed).toBe(5);
    const after = await candidates('first');
    expect(after.slice(0, 3).map(({ id, finishedAt, artifact }) => [id, finishedAt, artifact])).toEqual(
      before.map(({ id, finishedAt, artifact }) => [id, finishedAt, artifact]),
    );
    const again = await stack.espalier('campaign', 'extend', 'first', '--candidates', '5');
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('has a budget of 5 candidates already')]);
    const less = await stack.espalier('campaign', 'extend', 'first', '--candidates', '2');
    expect([less.code, less.stderr]).toEqual([4, expect.stringContaining('has a budget of 5 candidates; give more')]);
  }, 240_000);

  it('is priced on another chip from what is stored, without any training', async () => {
    const own = await stack.espalier('campaign', 'reprice', 'first', '--accelerator', 'eyeriss', '--format', 'json');
    expect(JSON.parse(own.stdout)).toEqual(await stack.get<Front>('/v1/campaigns/first/front'));
    const other = await stack.espalier('campaign', 'reprice', 'first', '--accelerator', 'scnn', '--batch', '8');
    expect([other.code, other.stdout]).toEqual([0, expect.stringContaining('× less')]);
    const unknown = await stack.espalier('campaign', 'reprice', 'first', '--accelerator', 'abacus');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("there is no accelerator 'abacus'")]);
  });

  it('is written as CSV, and another begins with that: its strategy breeds from the first candidate on', async () => {
    const csv = await stack.espalier('candidate', 'list', 'first', '--csv');
    stack.write('first.csv', csv.stdout);
    const next = smallCampaign('begun-with-csv', 'magnitude')
      .replace('random', 'nsga2')
      .replace('candidates: 3', 'candidates: 1');
    const file = stack.write('begun-with-csv.yaml', next);
    const warmStart = ['campaign', 'warm-start', file, '--from', join(stack.home, 'first.csv')];
    const planned = await stack.espalier(...warmStart, '--dry-run');
    expect([planned.code, planned.stderr]).toEqual([0, expect.stringContaining('would launch begun-with-csv')]);
    expect((await stack.espalier(...warmStart)).code).toBe(0);
    await completed('begun-with-csv');
    expect((await candidates('begun-with-csv')).map(({ lineage }) => lineage.origin)).toEqual(['offspring']);
    expect(await events('begun-with-csv')).toContainEqual(
      expect.objectContaining({ kind: 'results-imported', detail: { from: 'priorResults', taken: 5, leftOut: 0 } }),
    );
    expect((await stack.espalier(...warmStart)).code).toBe(0);

    const elsewhere = next.replace('begun-with-csv', 'elsewhere').replace('conv2: [0.3, 1], ', '');
    const refused = await stack.espalier(
      'campaign',
      'launch',
      stack.write('elsewhere.yaml', `${elsewhere}warmStart: [first.csv]\n`),
    );
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('none of the 5 is within the space')]);
  }, 240_000);

  it('has its front trained again with other seeds, also when all who do it are killed: means, intervals, and the first results stay', async () => {
    const front = await stack.get<Front>('/v1/campaigns/first/front');
    const planned = await stack.espalier('campaign', 'reevaluate', 'first', '--seeds', '2', '--dry-run');
    expect([planned.code, planned.stderr]).toEqual([0, expect.stringContaining(`${2 * front.points.length} pending`)]);
    expect((await stack.espalier('campaign', 'reevaluate', 'first', '--seeds', '2')).code).toBe(0);
    await until('some of it is done', async () => {
      const { done } = await stack.get<Reevaluation>('/v1/campaigns/first/reevaluation');
      return done > 0;
    });
    for (const component of ['worker', 'orchestrator', 'temporal'] as const) kill(stack.pid(component));
    const answer = await stack.espalier('campaign', 'reevaluate', 'first', '--watch', '--json');
    const { done, failed, pending, members } = JSON.parse(answer.stdout) as Reevaluation;
    expect({ done, failed, pending }).toEqual({ done: 2 * front.points.length, failed: 0, pending: 0 });
    expect(members.map(({ id }) => id)).toEqual(front.points.map(({ id }) => id));
    for (const { seeds, again } of members) {
      expect(seeds).toBe(2);
      expect(again?.testAccuracy.interval?.[1]).toBeGreaterThanOrEqual(again?.testAccuracy.mean ?? 1);
    }
    // Other seeds, other images in fine-tuning: not every network can come out the same.
    expect(members.some(({ again }) => (again?.energy.standardDeviation ?? 0) > 0)).toBe(true);
    expect(await stack.get<Front>('/v1/campaigns/first/front')).toEqual(front);
    const shown = await stack.espalier('campaign', 'reevaluate', 'first');
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('validation again')]);
  }, 240_000);

  it('answers for another that asks for the same: nothing is trained twice', async () => {
    const first = await candidates('first');
    await stack.espalier('campaign', 'launch', stack.write('same.yaml', smallCampaign('same', 'magnitude')));
    await completed('same');
    const same = await candidates('same');
    expect(same.map(({ reusedFrom }) => reusedFrom)).toEqual(first.slice(0, 3).map(({ id }) => id));
    expect(same.map(({ artifact, energy }) => [artifact, energy])).toEqual(
      first.slice(0, 3).map(({ artifact, energy }) => [artifact, energy]),
    );
  });

  it('is begun again on another chip with its results', async () => {
    const fork = ['campaign', 'fork', 'first', '--as', 'forked', '--accelerator', 'scnn'];
    const planned = await stack.espalier(...fork, '--dry-run');
    expect([planned.code, planned.stderr]).toEqual([0, expect.stringContaining('forked')]);
    expect((await stack.espalier(...fork)).code).toBe(0);
    expect((await completed('forked')).spec.warmStart).toEqual(['first']);
    const first = await candidates('first');
    const theirs = (await candidates('forked')).slice(0, first.length);
    expect(theirs.map(({ reusedFrom }) => reusedFrom)).toEqual(first.map(({ id }) => id));
    expect(theirs.every(({ energy }, i) => energy !== first[i].energy)).toBe(true);
  });

  it('is begun again with another objective in another space: what that has place for, by its latency', async () => {
    const first = await candidates('first');
    const [least, most] = [0.3, 0.65];
    const space = stack.write(
      'space.yaml',
      `criterion: [magnitude]\ndensity: { conv2: [${least}, ${most}], fc1: [0.1, 0.5] }\n`,
    );
    const fork = ['campaign', 'fork', 'first', '--as', 'faster', '--objective', 'latency', '--space', space];
    const forked = await stack.espalier(...fork, '--candidates', '1');
    expect(forked.code).toBe(0);
    const { counts } = await completed('faster');
    const within = first.filter(({ schedule }) => schedule.density.conv2 >= least && schedule.density.conv2 <= most);
    expect(within.length).toBeGreaterThan(0);
    expect(within.length).toBeLessThan(first.length);
    expect(forked.stderr).toContain(`with ${within.length} of the ${first.length} results of first: its space has no`);
    expect(counts).toMatchObject({ imported: within.length, completed: 1 });
    const theirs = (await candidates('faster')).slice(0, -1);
    expect(theirs.map(({ reusedFrom, latency }) => [reusedFrom, latency])).toEqual(
      within.map(({ id, latency }) => [id, latency]),
    );
    const front = await stack.get<Front>('/v1/campaigns/faster/front');
    const latencies = front.points.map(({ latency }) => latency ?? NaN);
    expect(latencies).toEqual(latencies.toSorted((a, b) => a - b));
    const shown = await stack.espalier('front', 'faster');
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('latency, 10³ cycles')]);
    await onWebPage(stack, async (page) => {
      await page.waitForSelector('#campaign option[value=faster]');
      await page.select('#campaign', 'faster');
      await page.waitForFunction(() => document.querySelector('#cost')?.textContent === 'latency, 10³ cycles');
      const cells = await page.$$eval('#front tbody td:nth-child(4)', (all) =>
        all.map((cell) => Number(cell.textContent)),
      );
      expect(cells).toEqual(latencies.map((latency) => Number((latency / 1e3).toPrecision(4))));
    });
  });

  it('is put away, and removed with its files when that is said twice', async () => {
    const tried = await stack.espalier('campaign', 'archive', 'same', '--dry-run');
    expect([tried.code, tried.stderr]).toEqual([0, expect.stringContaining('would be listed only with --all')]);
    expect((await campaign('same')).archivedAt).toBeNull();
    const resumed = await stack.espalier('campaign', 'resume', 'same', '--dry-run');
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining('is completed: it would be refused')]);
    expect((await stack.espalier('campaign', 'archive', 'same')).code).toBe(0);
    const listed = async (...flags: string[]): Promise<string> =>
      (await stack.espalier('campaign', 'list', ...flags)).stdout;
    expect(await listed()).not.toContain('same');
    expect(await listed('--all')).toContain('same');

    const refused = await stack.espalier('campaign', 'delete', 'forked');
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('nothing was deleted; say --yes')]);
    const planned = await stack.espalier('campaign', 'delete', 'forked', '--dry-run');
    expect([planned.code, planned.stderr]).toEqual([0, expect.stringContaining('would delete forked')]);
    const [{ artifact }] = await candidates('first');
    const leftAlone = artifactFiles();
    for (const path of leftAlone) utimesSync(path, new Date(0), new Date(0));
    const deleted = await stack.espalier('campaign', 'delete', 'forked', '--yes', '--json');
    expect(JSON.parse(deleted.stdout)).toMatchObject({ campaign: 'forked', dryRun: false });
    expect((await stack.espalier('campaign', 'show', 'forked')).code).toBe(3);
    // What the other campaign refers to is still there.
    const [kept] = await candidates('first');
    expect(kept.artifact).toBe(artifact);
    const exported = await stack.espalier('candidate', 'export', kept.id, '--out', join(stack.home, 'kept'));
    expect(exported.code).toBe(0);
    // Networks on their way, which nothing names, went as well once they were old; all that is
    // named is there.
    expect((JSON.parse(deleted.stdout) as Deletion).unreferencedArtifacts.files).toBeGreaterThan(0);
    const named = (await candidates('first')).flatMap((each) => each.artifact ?? []);
    const left = artifactFiles().map((path) => basename(path));
    expect(left).toEqual(expect.arrayContaining(named));
    expect(left.length).toBeLessThan(leftAlone.length);
  });

  it('tries again what failed, and says so in its log', async () => {
    // The trained weights that the campaign begins with are gone: each candidate fails.
    copyFileSync(MODEL, join(stack.home, 'trained.keras'));
    const brought = smallCampaign('brought', 'magnitude').replace('lenet-5', './trained.keras');
    expect((await stack.espalier('campaign', 'launch', stack.write('brought.yaml', brought))).code).toBe(0);
    const { spec, dense } = await completed('brought');
    const [weights] = artifactFiles().filter((path) => basename(path) === dense?.artifact);
    rmSync(weights);
    const body = JSON.stringify({ ...spec, name: 'failing', space: { ...spec.space, criterion: ['random'] } });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${stack.api}/v1/campaigns`, { method: 'POST', headers, body })).status).toBe(201);
    expect((await failed('failing')).counts.failed).toBe(3);
    const other = await stack.espalier('campaign', 'retry-failed', 'failing', '--type', 'OutOfMemoryError');
    expect(other.stderr).toContain('has no candidates to try again');
    const [{ id, finishedAt }] = await candidates('failing');
    const planned = await stack.espalier(
      'campaign',
      'retry-failed',
      'failing',
      '--candidate',
      id,
      '--dry-run',
      '--json',
    );
    expect(JSON.parse(planned.stdout)).toMatchObject({ retried: [{ id, state: 'failed' }], dryRun: true });
    const retried = await stack.espalier('campaign', 'retry-failed', 'failing');
    expect([retried.code, retried.stdout]).toEqual([0, expect.stringContaining('ArtifactMissingError')]);
    expect((await failed('failing')).counts).toMatchObject({ failed: 3, pending: 0, running: 0 });
    const [first] = await candidates('failing');
    expect(first.finishedAt).not.toBe(finishedAt);
    expect((await events('failing')).map(({ kind }) => kind)).toContain('candidates-retried');
    const log = await stack.espalier('campaign', 'events', 'failing', '--kind', 'candidates-retried');
    expect(log.stdout).toMatch(/candidates-retried .* candidates 3/);
    expect(log.stdout).not.toContain('candidate-failed');
  }, 240_000);

  it('is watched on a terminal with its state, its front, its workers and what failed last', async () => {
    const failing = await stack.onTerminal('campaign', 'watch', 'failing');
    expect(failing).toContain('failing is failed: 0 of 3 done, 0 running, 0 diverged, 3 failed');
    expect(failing).toMatch(/\d of \d slots busy, \d+ % while watching/);
    expect(failing.match(/\d ArtifactMissingError: /g)).toHaveLength(3);
    expect(await stack.onTerminal('campaign', 'watch', 'first')).toMatch(
      /× less energy .* of the weights {3}candidate \d/,
    );
  });

  it.each([
    [['extend', 'nobody', '--candidates', '9'], 3, "there is no campaign 'nobody'"],
    [['extend', 'first', '--candidates', 'many'], 2, 'a whole number of at least 1 is needed'],
    [['retry-failed', 'first', '--candidate', 'x'], 2, 'candidates.0 ("x"): Invalid UUID'],
  ])('answers a mistake with what is wrong: %s', async (args, code, message) => {
    const answer = await stack.espalier('campaign', ...args);
    expect([answer.code, answer.stderr]).toEqual([code, expect.stringContaining(message)]);
  });
});
