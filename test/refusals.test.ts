import type { Campaign } from '@espalier/contracts';
import { eyeriss } from '@espalier/energy-model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StackUnderTest, until } from './stack-under-test.js';

const stack = new StackUnderTest(18_490);
const post = (body: string, type = 'application/json'): Promise<Response> =>
  fetch(`${stack.api}/v1/campaigns`, { method: 'POST', body, headers: { 'content-type': type } });
const good = {
  name: 'bad',
  network: 'lenet-5',
  data: 'mnist',
  space: { density: { conv1: [0.1, 1] } },
  budget: { candidates: 4 },
};

const tiny = {
  ...eyeriss,
  levels: eyeriss.levels.map((level) => (level.name === 'registerFile' ? { ...level, words: 2 } : level)),
};
const unpriced = {
  schedule: { criterion: 'magnitude', density: { conv1: 0.5 }, fineTune: { epochs: 1 } },
  accuracy: 0.9,
  energy: 1e6,
};
const ofFilters = { criterion: ['filter-l1'], density: { conv1: [0.1, 1] } };

beforeAll(async () => {
  expect((await stack.espalier('up')).code).toBe(0);
  expect((await post(JSON.stringify({ ...good, name: 'first' }))).status).toBe(201);
  expect((await stack.espalier('campaign', 'cancel', 'first')).code).toBe(0);
  await until('it is cancelled', async () => {
    const { state } = await stack.get<Campaign>('/v1/campaigns/first');
    return state === 'cancelled';
  });
});
afterAll(() => stack.remove());

describe('bad input', () => {
  it.each([
    ['a field that there is not', { ...good, colour: 'red' }, 422, 'colour'],
    ['a density above 1', { ...good, space: { density: { conv1: [0.1, 2] } } }, 422, 'space.density.conv1.1'],
    [
      'a layer that the network lacks',
      { ...good, space: { density: { conv9: [0.1, 1] } } },
      422,
      'space.density.conv9',
    ],
    ['a network that does not exist', { ...good, network: 'lenet-9' }, 422, 'network'],
    ['a data set that does not exist', { ...good, data: 'mnits' }, 422, 'data'],
    ['an accelerator that does not exist', { ...good, accelerator: 'eyeris' }, 422, 'accelerator'],
    ['weights to remove on a chip that has no use for zeros', { ...good, accelerator: 'edge-tpu' }, 422, 'accelerator'],
    ['or for those of inputs alone', { ...good, accelerator: 'eyeriss-chip' }, 422, 'accelerator'],
    ['a chip that is too small for the network', { ...good, accelerator: tiny }, 422, 'accelerator'],
    ['such a chip, where filters go', { ...good, accelerator: tiny, space: ofFilters }, 422, 'accelerator'],
    ['a name that Postgres has no characters for', { ...good, data: 'mnist\0' }, 422, 'data'],
    ['a chip written out without its levels', { ...good, accelerator: { name: 'mine' } }, 422, 'accelerator.levels'],
    ['an objective that there is not', { ...good, objectives: ['accuracy', 'joy'] }, 422, 'objectives.1'],
    [
      'results from elsewhere of unknown latency, where that is weighed',
      { ...good, objectives: ['accuracy', 'latency'], priorResults: [unpriced] },
      422,
      'priorResults.0.latency',
    ],
    [
      'a criterion that prunes while it trains, with no epoch to train',
      { ...good, space: { ...good.space, criterion: ['movement'], fineTune: { epochs: [0, 2] } } },
      422,
      'space.fineTune.epochs.0',
    ],
    [
      'network slimming of layers without a normalisation',
      { ...good, space: { ...good.space, filters: { criterion: ['network-slimming'], density: { conv1: [0.5, 1] } } } },
      422,
      'space.filters.criterion',
    ],
    [
      "filters of the network's answers",
      { ...good, space: { ...good.space, filters: { density: { fc2: [0.5, 1] } } } },
      422,
      'space.filters.density.fc2',
    ],
    ['a budget of 0', { ...good, budget: { candidates: 0 } }, 422, 'budget.candidates'],
    ['no budget at all', { ...good, budget: {} }, 422, 'budget'],
    ['a name that is taken', { ...good, name: 'first', batch: 7 }, 409, 'name'],
  ])('%s is refused with the field named, and nothing is written', async (_what, body, status, field) => {
    const before = await stack.get<{ items: Campaign[] }>('/v1/campaigns');
    const response = await post(JSON.stringify(body));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = (await response.json()) as { status: number; errors: { field: string }[] };
    expect(problem.status).toBe(status);
    expect(problem.errors.map((each) => each.field)).toContain(field);
    expect(await stack.get('/v1/campaigns')).toEqual(before);
  });

  it('a body of 10 MB, another content type and broken JSON are refused', async () => {
    // The answer comes before the body is read whole: a client that is still writing may only see
    // the connection close.
    const large = JSON.stringify({ ...good, filler: 'x'.repeat(10 << 20) });
    await until('the body is refused', async () => (await post(large).catch(() => undefined))?.status === 413);
    expect((await post('name: x', 'application/yaml')).status).toBe(415);
    expect((await post('{"name":')).status).toBe(400);
  });

  it('a bad id, an unknown candidate, an unknown campaign and a bad page are refused', async () => {
    const status = async (path: string): Promise<number> => (await fetch(stack.api + path)).status;
    expect(await status('/v1/candidates/7')).toBe(422);
    expect(await status('/v1/candidates/00000000-0000-4000-8000-000000000000')).toBe(404);
    expect(await status('/v1/campaigns/none')).toBe(404);
    expect(await status('/v1/campaigns/first/candidates?limit=0')).toBe(422);
    expect(await status('/v1/campaigns/first/candidates?after=nonsense')).toBe(422);
    expect(await status('/v1/nothing')).toBe(404);
    const mistyped = await (await fetch(`${stack.api}/v1/campaigns/first/candidates?cursor=x`)).text();
    expect(mistyped).toContain('there is no such field; there are state, sort, order, limit, after');
    expect(await status('/v1/campaigns/%00/front')).toBe(422);
  });

  it('at the command line is told in a sentence, with the exit code of its kind', async () => {
    const broken = await stack.espalier('campaign', 'launch', stack.write('broken.yaml', 'name: [x\nbudget: 1\n'));
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringMatching(/broken\.yaml, line \d+, column \d+/)]);
    const mistyped = stack.write('mistyped.yaml', JSON.stringify({ ...good, strategey: { name: 'nsga2' } }));
    const field = await stack.espalier('campaign', 'launch', mistyped);
    expect([field.code, field.stderr]).toEqual([
      2,
      expect.stringMatching(/strategey: there is no .* strategy, budget/),
    ]);
    const unknown = await stack.espalier('campaign', 'show', 'none');
    expect([unknown.code, unknown.stderr]).toEqual([3, "espalier: there is no campaign 'none'\n"]);
    const flag = await stack.espalier('front', 'first', '--format', 'pdf');
    expect([flag.code, flag.stderr]).toEqual([2, expect.stringContaining('Allowed choices are table, json, csv, svg')]);
    const layer = await stack.espalier('energy', 'lenet-5', '--density', 'conv9=0.5');
    expect([layer.code, layer.stderr]).toEqual([2, expect.stringContaining('it has conv1, conv2, fc1, fc2')]);
    expect(broken.stderr + unknown.stderr + flag.stderr + layer.stderr).not.toContain('    at ');
  });

  it('a launch that is only tried says what it would do, and is refused as a real one, and writes nothing', async () => {
    const before = await stack.get<{ items: Campaign[] }>('/v1/campaigns');
    const spec = (layer: string): string =>
      `name: tried\nnetwork: lenet-5\ndata: mnist\nspace: { density: { ${layer}: [0.1, 1] } }\nbudget: { candidates: 7 }\n`;
    const tried = await stack.espalier('campaign', 'launch', stack.write('tried.yaml', spec('conv1')), '--dry-run');
    expect([tried.code, tried.stderr]).toEqual([
      0,
      expect.stringContaining('would launch tried: lenet-5 on mnist, 7 candidates, 2 at a time, by frontier'),
    ]);
    const wrong = await stack.espalier('campaign', 'launch', stack.write('wrong.yaml', spec('conv9')), '--dry-run');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('space.density.conv9')]);
    expect(await stack.get('/v1/campaigns')).toEqual(before);
  });

  it('an idempotency key that is used again gives the first campaign', async () => {
    const launch = (): Promise<Response> =>
      fetch(`${stack.api}/v1/campaigns`, {
        method: 'POST',
        body: JSON.stringify({ ...good, name: 'keyed' }),
        headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
      });
    const [first, second] = [(await (await launch()).json()) as Campaign, (await (await launch()).json()) as Campaign];
    expect(second.id).toBe(first.id);
    await stack.espalier('campaign', 'cancel', 'keyed');
  });
});
