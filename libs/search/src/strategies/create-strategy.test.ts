import { CampaignSpecSchema, type CampaignSpec, type Cost } from '@espalier/contracts';
import { describe, expect, it } from '@jest/globals';
import { frontierOptions } from './create-strategy.js';
import { ScheduleCoding } from '../space/schedule-coding.js';

const coding = new ScheduleCoding(
  CampaignSpecSchema.parse({
    ...{ name: 'x', network: 'none', data: 'none', budget: { candidates: 1 } },
    space: { criterion: ['magnitude'], density: { conv1: [0.1, 1] } },
  }).space,
);
const constraints = { accuracy: { min: 0.9 }, energy: { max: 5 }, latency: { max: 7 } };
const options = (cost: Cost, limits: Partial<CampaignSpec['constraints']> = constraints) =>
  frontierOptions({ objectives: ['accuracy', cost], constraints: limits }, coding, {
    denseCost: 10,
    costOf: { energy: ({ density }) => 2 * density.conv1, latency: ({ density }) => 3 * density.conv1 },
  });
const allKept = [1];

describe('what a model of schedules knows beforehand', () => {
  it.each([
    { cost: 'energy', own: 2, limit: 5, other: 3, otherLimit: 7 },
    { cost: 'latency', own: 3, limit: 7, other: 2, otherLimit: 5 },
  ] as const)('is their $cost, and what they take of the other, which is limited', (each) => {
    const { reference, known, limits } = options(each.cost);
    expect(reference).toEqual([1 - 0.9, each.limit]);
    expect(known?.[0]?.(allKept)).toBeCloseTo(each.own);
    expect(limits).toHaveLength(1);
    expect(limits?.[0].max).toBe(each.otherLimit);
    expect(limits?.[0].known?.(allKept)).toBeCloseTo(each.other);
  });

  it('is the dense cost, where nothing is limited', () => {
    const { reference, limits } = options('latency', {});
    expect([reference, limits]).toEqual([[1, 10], undefined]);
  });
});
