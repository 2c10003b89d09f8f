import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { front } from '@espalier/pareto';
import type { Client } from '@temporalio/client';
import { expect } from '@jest/globals';
import { until } from '../stack-under-test.js';
import type { ChaosStack } from './chaos-stack.js';

/** How much was done again in a campaign. */
export interface DoneAgain {
  /** Attempts at trainings beyond the first of each. */
  readonly attempts: number;
  /** Epochs that were written down more than once. */
  readonly epochs: number;
}

/**
 * What must hold of a campaign that is over, whatever happened to it: asked of the database and of
 * the files.
 */
export async function expectNothingLost(
  stack: ChaosStack,
  temporal: Client,
  campaign: string,
  budget: number,
): Promise<DoneAgain> {
  const { database } = stack;
  const { id: campaignId } = await database.campaign.findUniqueOrThrow({ where: { name: campaign } });
  const candidates = await database.candidate.findMany({
    where: { campaignId },
    include: { evaluations: true, frontPoint: true },
    orderBy: { number: 'asc' },
  });

  expect(candidates.map(({ number }) => number)).toEqual(Array.from({ length: budget }, (_, i) => i));
  const ends = candidates.some(({ rung }) => rung !== null) ? ['completed', 'stopped'] : ['completed'];
  expect(candidates.filter(({ state, failure }) => !ends.includes(state) || failure !== null)).toEqual([]);
  const told = candidates.map(({ observationOrder }) => observationOrder);
  expect(told).not.toContain(null);
  expect(new Set(told).size).toBe(budget);
  // One that goes on to its next rung is told anew, and leaves its place behind.
  if (ends.length === 1) expect(Math.max(...told.map(Number))).toBe(budget - 1);

  // Once each, or once for each rung.
  const settled = await database.event.groupBy({
    by: ['candidateId'],
    where: {
      campaignId,
      kind: { in: ['candidate-completed', 'candidate-stopped', 'candidate-failed', 'candidate-diverged'] },
    },
    _count: true,
  });
  expect(settled).toHaveLength(budget);
  for (const { id, rung } of candidates) {
    expect(settled.find(({ candidateId }) => candidateId === id)?._count).toBe((rung ?? 0) + 1);
  }
  expect(
    candidates.every(({ evaluations }) => evaluations.filter(({ split }) => split === 'validation').length === 1),
  ).toBe(true);

  const anew = front(candidates, ({ energy, accuracy }) => [energy ?? NaN, -(accuracy ?? NaN)]);
  const stored = candidates.filter(({ frontPoint }) => frontPoint !== null);
  expect(stored.map(({ id }) => id).sort()).toEqual(anew.map(({ id }) => id).sort());
  expect(stored.every(({ evaluations }) => evaluations.some(({ split }) => split === 'test'))).toBe(true);

  for (const { hash } of await database.artifact.findMany()) {
    if (stack.corrupted.has(hash)) continue;
    const bytes = readFileSync(join(stack.artifacts, 'objects', hash.slice(0, 2), hash));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash);
  }
  await until('no half-written file is left', () =>
    Promise.resolve(
      !readdirSync(stack.artifacts, { recursive: true }).some((name) => String(name).endsWith('.partial')),
    ),
  );
  await until('no training process is left without a worker', () => Promise.resolve(stack.orphans().length === 0));
  await until('no workflow is left running', async () => {
    for await (const open of temporal.workflow.list({ query: 'ExecutionStatus = "Running"' })) return !open;
    return true;
  });
  return doneAgain(stack, campaignId);
}

async function doneAgain({ database }: ChaosStack, campaignId: string): Promise<DoneAgain> {
  const [row] = await database.$queryRaw<{ attempts: number; epochs: number }[]>`
    SELECT coalesce(sum(t.term - 1), 0)::int AS attempts,
           coalesce(sum(t.checkpoints_written - (SELECT count(*) FROM checkpoints p WHERE p.training = t.name)), 0)::int AS epochs
      FROM trainings t JOIN candidates c ON t.name = 'candidate-' || c.id WHERE c.campaign_id = ${campaignId}::uuid`;
  return row;
}
