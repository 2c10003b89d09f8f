import type { Campaign, CampaignEvent, Front, Worker } from '@espalier/contracts';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { CompletionRate } from './completion-rate.js';
import { liveLines } from './live-view.js';
import { WorkerUtilisation } from './worker-utilisation.js';

const dense = { validationAccuracy: 0.99, energy: { total: 8e6 } };
const counts = { pending: 2, running: 2, completed: 9, stopped: 0, diverged: 0, failed: 1, cancelled: 0, imported: 7 };
const campaign = {
  ...{ name: 'mine', state: 'running', dense, counts, hypervolume: 0.8125, createdAt: '2026-11-26T12:00:00.000Z' },
  spec: { budget: { candidates: 20 } },
} as unknown as Campaign;
const front = {
  cost: 'energy',
  dense,
  points: Array.from({ length: 40 }, (_, i) => ({
    ...{ number: i, validationAccuracy: 0.9 + i / 400, energy: 1e6 + i * 1e5, weightsLeft: 0.25 },
  })),
} as unknown as Front;
const worker = (id: string, more: Partial<Worker>): Worker => ({
  ...{ id, deviceClass: 'cpu', device: 'a cpu', host: 'here', slots: 4, busy: 1, state: 'ready', reason: null },
  ...{ lastSeenAt: '2026-11-26T12:00:00.000Z', ...more },
});
const workers = [worker('first', {}), worker('second', { state: 'drained', reason: 'it was drained' })];
const message = 'the training process ended (SIGSEGV)\nits last words';
const failures: CampaignEvent[] = [
  { id: '7', at: '2026-11-26T12:34:56.000Z', kind: 'candidate-failed', candidate: 'c', detail: { type: 'X', message } },
];

const failedAttempts: CampaignEvent[] = [
  {
    ...{ id: '8', at: '2026-11-26T12:35:01.000Z', kind: 'attempt-failed', candidate: 'abcdef0123' },
    detail: { type: 'TypeError', message: 'x is not a function\n at y', attempt: 2 },
  },
];

function seen(
  columns = 100,
  rows = 40,
  change: Partial<Campaign> = {},
  of: readonly Worker[] = workers,
  attempts: readonly CampaignEvent[] = [],
): string[] {
  const utilisation = new WorkerUtilisation();
  utilisation.look([worker('first', { busy: 3 })]);
  utilisation.look(of);
  const rate = new CompletionRate();
  const began = Date.parse(campaign.createdAt);
  rate.of({ ...campaign, counts: { ...counts, completed: 4 } }, began);
  const watched = {
    ...{ front, workers: of, utilisation, failures, attempts },
    pace: rate.of(campaign, began + 120_000),
  };
  return liveLines({ ...watched, campaign: { ...campaign, ...change } }, columns, rows).map(stripVTControlCharacters);
}

describe('a campaign on a terminal', () => {
  it('is seen with its state, rate and time left', () => {
    const [state, progress] = seen();
    expect(state).toBe('mine is running: 9 of 20 done, 2 running, 0 diverged, 1 failed');
    expect(progress).toBe('████████████░░░░░░░░░░░░ 50 % · 2.50 a minute · 4 min 0 s left');
  });

  it('that other budgets end than one of candidates is seen without how many are left', () => {
    const [state, progress] = seen(100, 40, { spec: { ...campaign.spec, budget: { candidates: 1_000_000 } } });
    expect(state).toBe('mine is running: 9 done, 2 running, 0 diverged, 1 failed');
    expect(progress).toMatch(/^2\.50 a minute/);
  });

  it('is seen with its front, from end to end in the room that there is', () => {
    const candidates = seen().flatMap((line) => /candidate (\d+)/.exec(line)?.[1] ?? []);
    expect(candidates[0]).toBe('0');
    expect(candidates.at(-1)).toBe('39');
    expect(candidates.length).toBeGreaterThan(15);
    expect(seen().length).toBeLessThanOrEqual(40);
    expect(seen()).toContain('the front, hypervolume 0.8125, best 1.90 × less at 98.00 %');
    expect(seen()).toContain('   90.00 %      8.00 × less energy    25.00 % of the weights   candidate 0');
    expect(seen(100, 12).filter((line) => line.includes('candidate '))).toHaveLength(3);
  });

  it('is seen with how busy each worker is and was, or why it takes no work', () => {
    expect(seen()).toContain('  ██░░░░░░ 1 of 4 slots busy, 50 % while watching · first');
    expect(seen()).toContain('  second is drained: it was drained');
    const many = Array.from({ length: 11 }, (_, i) => worker(`w${i}`, {}));
    expect(seen(100, 40, {}, many)).toContain('  and 3 more');
  });

  it('is seen with what failed last, a line each', () => {
    expect(seen()).toContain('  12:34:56 X: the training process ended (SIGSEGV)');
  });

  it('says what it waits for', () => {
    expect(seen(100, 40, { state: 'pending' })).toContain('waiting for the orchestrator');
    expect(seen(100, 40, { dense: null })).toContain('training the dense network (one to three minutes)');
    expect(seen(100, 40, {}, [])).toContain('no worker takes work, and what is asked for waits for one');
  });

  it('fits a narrow one', () => {
    for (const line of seen(40)) expect(line.length <= 40 || line.startsWith('the front')).toBe(true);
    expect(seen(40)[0]).toBe('mine is running: 9 of 20 done, 2 runnin…');
  });

  it('is seen with the attempts that failed and are tried again', () => {
    expect(seen(140, 40, {}, workers, failedAttempts)).toContain(
      '  12:35:01 attempt 2 at candidate abcdef01 failed: TypeError: x is not a function; it is tried again',
    );
    const ofCampaign = failedAttempts.map(({ detail, ...event }) => ({
      ...event,
      candidate: null,
      detail: { ...detail, activity: 'ask' },
    }));
    expect(seen(140, 40, {}, workers, ofCampaign)).toContain(
      '  12:35:01 attempt 2 at ask of the campaign failed: TypeError: x is not a function; it is tried again',
    );
  });
});
