import { describe, expect, it } from '@jest/globals';
import { answerLines } from './search-lines.js';

async function answersTo(lines: unknown[], chosen: object = {}): Promise<Record<string, unknown>[]> {
  const answers: Record<string, unknown>[] = [];
  async function* each() {
    for (const line of lines) yield await Promise.resolve(typeof line === 'string' ? line : JSON.stringify(line));
  }
  await answerLines(each(), chosen, (line) => void answers.push(JSON.parse(line) as Record<string, unknown>));
  return answers;
}
const first = { space: { x: { low: 0, high: 1 }, kind: { options: ['a', 'b'] } }, seed: 4 };

describe('a search by lines', () => {
  it('answers each ask with parameters and each tell with the hypervolume, in any order', async () => {
    const [ready, one, two, told, toldOther] = await answersTo([
      first,
      { ask: true },
      { ask: true },
      { tell: { number: 1, objectives: [0.5, 0.5] } },
      { tell: { number: 0, objectives: null } },
    ]);
    expect(ready).toEqual({ ready: true });
    expect(one).toMatchObject({ number: 0, parameters: { kind: expect.stringMatching(/^[ab]$/) } });
    expect(two).toMatchObject({ number: 1 });
    expect([told, toldOther]).toEqual([{ hypervolume: 0.25 }, { hypervolume: 0.25 }]);
  });

  it('answers what is wrong with what it is, and goes on', async () => {
    const answers = await answersTo([
      { space: {} },
      'not JSON',
      first,
      { tell: { number: 9, objectives: [0, 0] } },
      { ask: 'please' },
      { tell: { number: 0, objective: [1, 2] } },
      { ask: true },
    ]);
    expect(answers.map(({ error }) => error)).toEqual([
      expect.stringContaining('name at least one parameter'),
      expect.stringContaining('JSON'),
      undefined,
      'number 9 was not asked for, or was told before',
      expect.stringContaining('ask ("please"): Invalid input'),
      expect.stringMatching(/^tell\.objectives: .* received undefined; tell\.objective: /),
      undefined,
    ]);
  });

  it('says of a parameter what is wrong with what it is most like', async () => {
    const [range, options] = await answersTo([
      { space: { x: { low: 0, hi: 1 } } },
      { space: { x: { option: ['a', 'b'] } } },
    ]);
    expect(range).toEqual({ error: expect.stringMatching(/^space\.x\.high: .*; space\.x\.hi \(1\): /) });
    expect(options).toEqual({ error: expect.stringMatching(/^space\.x\.options: .*; space\.x\.option: /) });
  });

  it('takes strategy and seed of the command line before those of the first line', async () => {
    const ask = async (chosen: object) => (await answersTo([first, { ask: true }], chosen))[1];
    expect(await ask({ strategy: 'random', seed: 9 })).not.toEqual(await ask({ strategy: 'random' }));
    expect(await ask({ strategy: 'random', seed: 4, evaluations: 100 })).toEqual(await ask({ strategy: 'random' }));
  });

  it('says to tell null where a program writes NaN or Infinity, as Python does', async () => {
    const answers = await answersTo([
      first,
      { ask: true },
      '{"tell": {"number": 0, "objectives": [NaN, 0.5]}}',
      '{"tell": {"number": 0, "objectives": [-Infinity, 0.5]}}',
      { tell: { number: 0, objectives: null } },
    ]);
    const refused = { error: 'NaN and Infinity are not JSON; write null as the objectives of what failed' };
    expect(answers.slice(2)).toEqual([refused, refused, { hypervolume: 0 }]);
  });

  it('adds earlier results by their parameters, and says when all points have been tried', async () => {
    const answers = await answersTo([
      { space: { kind: { options: ['a', 'b'] } } },
      { tell: { parameters: { kind: 'a' }, objectives: [0.5, 0.5] } },
      { tell: { parameters: { kind: 'c' }, objectives: [0.5, 0.5] } },
      { ask: true },
      { ask: true },
    ]);
    expect(answers.slice(1)).toEqual([
      { hypervolume: 0.25 },
      { error: 'kind is c; allowed: a, b' },
      { number: 0, parameters: { kind: 'b' } },
      { exhausted: 'all 2 points of the space have been tried' },
    ]);
  });
});
