import { networkCosts, priceProfile } from '@espalier/pricing';
import { describe, expect, it } from '@jest/globals';
import { artifact, campaignWith, measurement, spec } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import { constraintViolation } from '@espalier/campaign-policy';
import { readFront, recordResult, type Database } from '../index.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

const priced = (weights: number) => priceProfile(spec('any'), measurement(0.9, weights).profile);
let next = 0;
const done = (campaignId: string, candidateId: string, accuracy: number, weights: number): Promise<void> =>
  recordResult(
    database,
    campaignId,
    candidateId,
    { artifact: artifact(++next), bytes: 1 },
    measurement(accuracy, weights),
  );

describe('a front', () => {
  it.each([
    ['energy', { energy: { max: priced(0.5).total } }],
    ['latency', { latency: { max: networkCosts(priced(0.5)).latency ?? 0 } }],
    ['accuracy', { accuracy: { min: 0.97 } }],
  ])('has no member that breaks a constraint of %s', async (name, constraints) => {
    const { id, candidates } = await campaignWith(database, `limited-${name}`, 2, { constraints });
    const [large, small] = candidates;
    // What is large is better, and too much; where accuracy counts it is what is small that is not
    // enough.
    await done(id, large.candidateId, 0.99, 0.9);
    await done(id, small.candidateId, 0.95, 0.3);
    const { points } = await readFront(database, id);
    expect(points.map(({ number }) => number)).toEqual([name === 'accuracy' ? 0 : 1]);
  });
});

describe('how far a result breaks constraints', () => {
  const constraints = { accuracy: { min: 0.9 }, energy: { max: 100 }, latency: { max: 10 } };
  it('is the sum of what each lacks, or has too much', () => {
    expect(constraintViolation(constraints, { accuracy: 0.95, energy: 100, latency: 10 })).toBe(0);
    expect(constraintViolation(constraints, { accuracy: 0.8, energy: 150, latency: 20 })).toBeCloseTo(0.1 + 0.5 + 1);
  });

  it('is nothing for a latency that is not known', () => {
    expect(constraintViolation(constraints, { accuracy: 0.95, energy: 1, latency: null })).toBe(0);
  });
});
