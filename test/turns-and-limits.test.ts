import { candidateWorkflowId, type Front } from '@espalier/contracts';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CampaignsOf, smallCampaign } from './small-campaigns.js';
import { StackUnderTest, until } from './stack-under-test.js';

const stack = new StackUnderTest(18_390);
const { campaign, candidates, events, completed } = new CampaignsOf(stack);

beforeAll(async () => {
  expect((await stack.espalier('up')).code).toBe(0);
});
afterAll(() => stack.remove());

/** From when to when a candidate waited for a device. */
async function waitOf(candidate: WorkflowHandle): Promise<{ from: number; to: number }> {
  const { events = [] } = await candidate.fetchHistory();
  const scheduled = events?.find(
    ({ activityTaskScheduledEventAttributes: of }) => of?.activityType?.name === 'pruneAndTrain',
  );
  const started = events?.find(({ activityTaskStartedEventAttributes: of }) =>
    of?.scheduledEventId?.eq(scheduled?.eventId ?? 0),
  );
  const at = (event: typeof started): number =>
    1000 * Number(event?.eventTime?.seconds) + Number(event?.eventTime?.nanos) / 1e6;
  return { from: at(scheduled), to: at(started) };
}

describe('a campaign', () => {
  it('gets its turns beside a large one, and goes first where it is urgent', async () => {
    const launch = (name: string, least: number, candidates: number, more: string) =>
      stack.espalier(
        'campaign',
        'launch',
        stack.write(
          `${name}.yaml`,
          smallCampaign(name, 'random')
            .replace('[1, 1], imagesPerEpoch: 200', '[12, 12], imagesPerEpoch: 1000')
            .replace('conv2: [0.3, 1]', `conv2: [${least}, 1]`)
            .replace('candidates: 3', `candidates: ${candidates}`)
            .replace('parallelism: 2', `parallelism: { cpu: ${candidates} }\n${more}`),
        ),
      );
    await launch('large', 0.31, 24, '');
    await until('all of it waits for devices, or is done', async () => {
      const { running, completed: done } = (await campaign('large')).counts;
      return running + done === 24;
    });
    await launch('small', 0.32, 2, 'share: 1');
    await launch('urgent', 0.33, 2, 'priority: 1');
    await completed('urgent');
    await completed('small');
    const connection = await Connection.connect({ address: `127.0.0.1:${stack.portBase + 3}` });
    const { workflow } = new Client({ connection });
    const waits = await Promise.all(
      (await candidates('small')).map(({ id }) => waitOf(workflow.getHandle(candidateWorkflowId(id)))),
    );
    const begun = Math.max(...waits.map(({ from }) => from));
    const done = Math.max(...waits.map(({ to }) => to));
    const ends = (await candidates('large')).map(({ finishedAt }) => Date.parse(finishedAt ?? '9999-01-01'));
    const waiting = ends.filter((end) => end > begun).length;
    // In the order in which they were asked for, all that waited of the large one would have come
    // first.
    expect(ends.filter((end) => end > begun && end < done).length).toBeLessThan(waiting / 4);
    const [{ id }] = await candidates('urgent');
    const { priority } = await workflow.getHandle(candidateWorkflowId(id)).describe();
    await connection.close();
    expect(priority).toMatchObject({ priorityKey: 1, fairnessKey: (await campaign('urgent')).id });
    expect((await stack.espalier('campaign', 'cancel', 'large')).code).toBe(0);
    await until('it is over', async () => (await campaign('large')).state === 'cancelled');
  }, 240_000);

  it('ends when its hours are used up: what is trained then is stopped, and what there is stays', async () => {
    const launch = (name: string, criterion: string, budget: string) => {
      const timed = smallCampaign(name, criterion)
        .replace('[1, 1]', '[900, 900]')
        .replace('candidates: 3', `candidates: 3, ${budget}`)
        .replace('parallelism: 2', 'parallelism: 1');
      return stack.espalier('campaign', 'launch', stack.write(`${name}.yaml`, timed));
    };
    await launch('timed', 'magnitude', 'wallClockHours: 0.004, deviceHours: 5');
    await launch('metered', 'random', 'wallClockHours: 5, deviceHours: 0.001');
    for (const [name, budget, of] of [
      ['timed', 'wallClockHours', 0.004] as const,
      ['metered', 'deviceHours', 0.001] as const,
    ]) {
      expect((await completed(name)).counts).toMatchObject({ cancelled: 1, pending: 0, running: 0 });
      const spent = (await events(name)).find(({ kind }) => kind === 'budget-exhausted');
      expect(spent?.detail).toMatchObject({ budget, of });
    }
    const more = await stack.espalier('campaign', 'extend', 'timed', '--candidates', '9');
    expect([more.code, more.stderr]).toEqual([4, expect.stringContaining('has used up hours since its launch')]);
  });

  it('ends when all schedules of a finite space were proposed, and says so', async () => {
    const finite = smallCampaign('finite', 'magnitude, random')
      .replace('conv2: [0.3, 1], fc1: [0.1, 0.5]', 'conv2: [0.5, 0.5], fc1: [0.2, 0.2]')
      .replace('candidates: 3', 'candidates: 12');
    expect((await stack.espalier('campaign', 'launch', stack.write('finite.yaml', finite))).code).toBe(0);
    expect((await completed('finite')).counts).toMatchObject({ completed: 2, pending: 0, running: 0 });
    const { stdout } = await stack.espalier('campaign', 'show', 'finite');
    expect(stdout).toContain('no further candidates: all 2 schedules of the space were proposed');
  });

  it('has trained to the end only the best of each rung, where it has rungs', async () => {
    const rungs = smallCampaign('rungs', 'energy-aware')
      .replace('[1, 1]', '[2, 2]')
      .replace('candidates: 3', 'candidates: 6')
      .concat('rungs: { epochs: [0, 1], keep: 0.5 }\n');
    expect((await stack.espalier('campaign', 'launch', stack.write('rungs.yaml', rungs))).code).toBe(0);
    const { counts } = await completed('rungs');
    expect(counts).toMatchObject({ pending: 0, running: 0, failed: 0 });
    expect(counts.completed + counts.stopped).toBe(6);
    expect(counts.completed).toBeGreaterThan(0);
    expect(counts.stopped).toBeGreaterThanOrEqual(3);
    const wentOn = (await events('rungs')).filter(({ kind }) => kind === 'candidate-promoted');
    const steps = (await candidates('rungs')).reduce((sum, { rung }) => sum + (rung ?? 0), 0);
    expect(wentOn).toHaveLength(steps);
    const { points } = await stack.get<Front>('/v1/campaigns/rungs/front');
    expect(points.every(({ testAccuracy }) => testAccuracy !== null)).toBe(true);
  });
});
