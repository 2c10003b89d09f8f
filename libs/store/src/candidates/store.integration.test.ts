import { CandidateQuerySchema } from '@espalier/contracts';
import { front } from '@espalier/pareto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  proposeCandidates,
  createCampaign,
  findCampaign,
  findCandidate,
  untestedFrontMembers,
  listCandidates,
  listEvents,
  openDatabase,
  readFront,
  recordDenseModel,
  recordFailure,
  recordResult,
  recordUntested,
  setCampaignState,
  tellCandidates,
  unfinishedCandidates,
  type Database,
} from '../index.js';
import { artifact, ask, campaignWith, measurement, spec } from '../testing/test-campaigns.js';
import { startTestDatabase } from '../testing/test-database.js';
import { migrate, schemaSql } from '../database/migrate.js';

let database: Database;
let url: string;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ database, url, stop } = await startTestDatabase());
});
afterAll(() => stop());

describe('migrations', () => {
  it('are applied once', async () => {
    expect(await migrate(url)).toEqual([]);
  });

  it('come to what schema.prisma says, the checks added', async () => {
    const { hostname, port, username, password } = new URL(url);
    await database.$executeRawUnsafe('CREATE DATABASE "from_schema"');
    const fresh = openDatabase(`postgresql://${username}:${password}@${hostname}:${port}/from_schema`);
    try {
      for (const statement of (await schemaSql(url)).split(/;\n/).filter((each) => each.trim() !== ''))
        await fresh.$executeRawUnsafe(statement);
      const migrated = await structureOf(database);
      expect(migrated.length).toBeGreaterThan(100);
      expect(migrated).toEqual(await structureOf(fresh));
    } finally {
      await fresh.$disconnect();
    }
  });
});

/** Columns, values of enumerations, indexes and keys, as Postgres tells of them. */
async function structureOf(of: Database): Promise<unknown[]> {
  return of.$queryRaw`
    SELECT concat_ws(' ', table_name, column_name, udt_name, is_nullable, column_default) AS line
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
    UNION ALL SELECT concat_ws(' ', typname, enumlabel, rank() OVER (PARTITION BY typname ORDER BY enumsortorder))
      FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
    UNION ALL SELECT concat_ws(' ', conrelid::regclass::text, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE contype IN ('p', 'f', 'u') AND conrelid::regclass::text <> '_prisma_migrations'
        AND connamespace = 'public'::regnamespace
    ORDER BY line`;
}

describe('launching', () => {
  it('twice with one idempotency key makes one campaign', async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => createCampaign(database, spec('once'), 'key-1')));
    expect(new Set(results.map(({ id }) => id)).size).toBe(1);
    expect(results.filter(({ created }) => created)).toHaveLength(1);
  });

  it('twice with one name and spec makes one campaign', async () => {
    const first = await createCampaign(database, spec('again'), null);
    expect(await createCampaign(database, spec('again'), null)).toEqual({ id: first.id, created: false });
  });

  it('under the name of a campaign with another spec, or with a key of another spec, is refused', async () => {
    await createCampaign(database, spec('taken'), null);
    await expect(createCampaign(database, spec('taken', { batch: 3 }), null)).rejects.toThrow(
      "there is a campaign 'taken' with another spec already",
    );
    await createCampaign(database, spec('keyed'), 'key-2');
    await expect(createCampaign(database, spec('other'), 'key-2')).rejects.toThrow('was used for another spec');
  });
});

describe('asking', () => {
  it('never passes the budget, and gives each number once, also when many ask at once', async () => {
    const { id } = await createCampaign(database, spec('budget'), null);
    const asked = await Promise.all(Array.from({ length: 6 }, () => proposeCandidates(database, id, 5, ask)));
    const numbers = asked
      .flat()
      .map(({ number }) => number)
      .sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(await unfinishedCandidates(database, id)).toHaveLength(12);
  });
});

describe('a result', () => {
  it('is written once however often it is tried, and the first stands', async () => {
    const { id, candidates } = await campaignWith(database, 'result-once', 1);
    const [{ candidateId }] = candidates;
    const model = { artifact: artifact(1), bytes: 10 };
    await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        recordResult(database, id, candidateId, model, measurement(0.9 + i / 100, 0.5)),
      ),
    );
    const evaluations = await database.evaluation.findMany({ where: { candidateId } });
    expect(evaluations).toHaveLength(1);
    const { validationAccuracy, energyReport } = await findCandidate(database, candidateId);
    expect(validationAccuracy).toBe(evaluations[0].accuracy);
    expect(energyReport?.layers.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'fc1', 'fc2']);
    await recordFailure(database, id, candidateId, 'failed', { type: 'X', message: 'late' });
    expect((await findCandidate(database, candidateId)).state).toBe('completed');
  });

  it('has its place on the front, which is always that of all results, however they arrive', async () => {
    const { id, candidates } = await campaignWith(database, 'front', 12, { constraints: { accuracy: { min: 0.5 } } });
    await Promise.all(
      candidates.map(({ candidateId, number }) =>
        recordResult(
          database,
          id,
          candidateId,
          { artifact: artifact(2), bytes: 1 },
          measurement(((number * 7) % 12) / 12, (((number * 5) % 12) + 1) / 13),
        ),
      ),
    );
    const all = (await listCandidates(database, id, CandidateQuerySchema.parse({}))).items.filter(
      ({ validationAccuracy }) => (validationAccuracy ?? 0) >= 0.5,
    );
    const expected = front(all, (each) => [each.energy ?? NaN, -(each.validationAccuracy ?? NaN)]);
    const stored = await readFront(database, id);
    expect(stored.points.map((point) => point.id)).toEqual(expected.map((each) => each.id));
    expect(
      all
        .filter(({ onFront }) => onFront)
        .map((each) => each.id)
        .sort(),
    ).toEqual(expected.map((each) => each.id).sort());
  });

  it('counts towards the hypervolume as a fraction of the dense energy', async () => {
    const { id, candidates } = await campaignWith(database, 'volume', 1);
    const task = { network: 'lenet-5', data: 'mnist', seed: 1, trainingImages: null };
    await recordDenseModel(
      database,
      id,
      task,
      { artifact: artifact(3), bytes: 1 },
      measurement(0.99, 1),
      measurement(0.98, 1, 'test'),
    );
    await recordResult(
      database,
      id,
      candidates[0].candidateId,
      { artifact: artifact(4), bytes: 1 },
      measurement(0.9, 0.1),
    );
    const { dense, hypervolume } = await findCampaign(database, id);
    const { energy } = await findCandidate(database, candidates[0].candidateId);
    expect(hypervolume).toBeCloseTo(0.9 * (1 - (energy ?? 0) / (dense?.energy.total ?? 1)), 9);
  });
});

describe('a front member', () => {
  it('that cannot be tested is said to be so once, and is not asked for again', async () => {
    const { id, candidates } = await campaignWith(database, 'untested', 2);
    const [first, second] = candidates.map(({ candidateId }) => candidateId);
    await recordResult(database, id, first, { artifact: artifact(1), bytes: 7 }, measurement(0.9, 0.9));
    await recordResult(database, id, second, { artifact: artifact(2), bytes: 7 }, measurement(0.8, 0.2));
    const failure = { type: 'ArtifactLostError', message: 'the model is lost' };
    for (let times = 0; times < 2; times++) await recordUntested(database, id, first, failure);
    expect((await untestedFrontMembers(database, id)).map(({ candidateId }) => candidateId)).toEqual([second]);
    expect((await readFront(database, id)).points).toHaveLength(2);
    const said = await listEvents(database, id, 9, 'candidate-untested');
    expect(said).toMatchObject([{ candidate: first, detail: failure }]);
  });
});

describe('telling', () => {
  it('puts each settled candidate into the order once', async () => {
    const { id, candidates } = await campaignWith(database, 'told', 3);
    const ids = candidates.map(({ candidateId }) => candidateId);
    await recordFailure(database, id, ids[1], 'failed', { type: 'X', message: 'x' });
    expect(await tellCandidates(database, id, ids)).toEqual([ids[1]]);
    await recordResult(database, id, ids[0], { artifact: artifact(5), bytes: 1 }, measurement(0.9, 0.5));
    await Promise.all([tellCandidates(database, id, ids), tellCandidates(database, id, ids)]);
    const rows = await database.candidate.findMany({ where: { campaignId: id }, orderBy: { number: 'asc' } });
    expect(rows.map(({ observationOrder }) => observationOrder)).toEqual([1, 0, null]);
  });
});

describe('a candidate that diverged', () => {
  it('ends as such, with its curve, and is none of the failed', async () => {
    const { id, candidates } = await campaignWith(database, 'diverged', 1);
    const [{ candidateId }] = candidates;
    const failure = { type: 'DivergedError', message: 'the loss became NaN', curve: [2.3, 17, 4e9] };
    await recordFailure(database, id, candidateId, 'diverged', failure);
    expect(await tellCandidates(database, id, [candidateId])).toEqual([candidateId]);
    expect(await findCandidate(database, candidateId)).toMatchObject({ state: 'diverged', failure });
    expect((await findCampaign(database, id)).counts).toMatchObject({ diverged: 1, failed: 0 });
  });
});

describe('pages of candidates', () => {
  it.each(['number', 'accuracy', 'energy'] as const)(
    'by %s hold each candidate once, in order, whatever the page size',
    async (sort) => {
      const { id, candidates } = await campaignWith(database, `pages-${sort}`, 11);
      for (const { candidateId, number } of candidates) {
        // Ties on purpose: the key must break them.
        await recordResult(
          database,
          id,
          candidateId,
          { artifact: artifact(6), bytes: 1 },
          measurement(Math.floor(number / 3) / 10, (1 + (number % 4)) / 10),
        );
      }
      const seen: string[] = [];
      for (let after: string | null | undefined; after !== null;) {
        const query = CandidateQuerySchema.parse({ sort, order: 'desc', limit: 4, ...(after ? { after } : {}) });
        const page = await listCandidates(database, id, query);
        seen.push(...page.items.map((each) => each.id));
        after = page.next;
      }
      expect(new Set(seen).size).toBe(11);
      expect(seen).toHaveLength(11);
    },
  );

  it('refuse a cursor that was not given out', async () => {
    const { id } = await campaignWith(database, 'cursor', 1);
    await expect(listCandidates(database, id, CandidateQuerySchema.parse({ after: 'nonsense' }))).rejects.toThrow(
      'is not a cursor of this list',
    );
  });
});

describe('what must never happen', () => {
  it('is refused by the database itself', async () => {
    const { id, candidates } = await campaignWith(database, 'never', 1);
    const change = (data: object) => database.candidate.update({ where: { id: candidates[0].candidateId }, data });
    await expect(change({ state: 'completed', finishedAt: new Date() })).rejects.toThrow(
      'candidates_complete_with_a_result',
    );
    await expect(change({ state: 'failed', finishedAt: new Date() })).rejects.toThrow('candidates_fail_with_a_reason');
    await expect(change({ state: 'diverged', finishedAt: new Date() })).rejects.toThrow(
      'candidates_fail_with_a_reason',
    );
    await expect(change({ accuracy: 1.5 })).rejects.toThrow(/candidates_(accuracy_in_range|complete)/);
    await setCampaignState(database, id, 'cancelled', null);
    await setCampaignState(database, id, 'running', null);
    expect((await findCampaign(database, id)).state).toBe('cancelled');
  });
});
