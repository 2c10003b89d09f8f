import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { ParameterCoding, ParameterSpaceSchema } from './space/parameter-space.js';
import { KnownObjectiveError, Search, SEARCH_STRATEGIES, SpaceExhaustedError, type SearchOptions } from './search.js';

const space = ParameterSpaceSchema.parse({
  width: { low: 0, high: 1, density: true },
  rate: { low: 1e-4, high: 1, log: true },
  layers: { low: 1, high: 4, integer: true },
  batch: { low: 8, high: 512, integer: true, log: true },
  kind: { options: ['a', 'b', 'c'] },
});
const result = ({ width, layers, kind }: Record<string, unknown>): [number, number] => [
  (1 - Number(width)) ** 2 + (kind === 'b' ? 0 : 0.2),
  Number(width) / 2 + Number(layers) / 10,
];

describe('parameters', () => {
  it('come back from a point as they were, each of its kind and within its bounds', () => {
    const coding = new ParameterCoding(space);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }), (point) => {
        const parameters = coding.decode(point);
        const again = coding.decode(coding.encode(parameters));
        expect(again).toMatchObject({ layers: parameters.layers, batch: parameters.batch, kind: parameters.kind });
        expect(again.width).toBeCloseTo(Number(parameters.width), 12);
        expect([1, 2, 3, 4]).toContain(parameters.layers);
        expect(Number.isInteger(parameters.batch)).toBe(true);
        expect(parameters.rate).toBeGreaterThanOrEqual(1e-4);
        expect(parameters.rate).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe.each(SEARCH_STRATEGIES)('a search by %s', (strategy) => {
  const options: SearchOptions = { space, strategy, seed: 3, reference: [1.2, 1], population: 10 };

  it('asks the same when it is told the same, with several under way', () => {
    const asked = [0, 1].map(() => {
      const search = new Search(options);
      const all = [];
      const underWay = [];
      for (let n = 0; n < 36; n++) {
        const ask = search.ask();
        all.push(ask);
        underWay.push(ask);
        if (underWay.length < 4) continue;
        // The second that was asked for is ready first.
        const [ready] = underWay.splice(1, 1);
        search.tell(ready.number, result(ready.parameters));
      }
      return all;
    });
    expect(asked[0]).toEqual(asked[1]);
    expect(new Set(asked[0].map(({ parameters }) => JSON.stringify(parameters))).size).toBe(36);
  });

  it.each([
    ['all equal', () => [0.5, 0.5] as [number, number]],
    ['not a number', () => [NaN, 0.5] as [number, number]],
    ['infinite now and then', (n: number) => [n % 2 === 0 ? Infinity : 0.5, 0.5] as [number, number]],
    ['failures, all but one', (n: number) => (n === 3 ? ([0.2, 0.2] as [number, number]) : null)],
    ['beyond the reference', (n: number) => [5 + n, 5] as [number, number]],
  ])('goes on when its results are %s', (_what, of) => {
    const search = new Search(options);
    for (let n = 0; n < 20; n++) {
      const { number, parameters } = search.ask();
      for (const value of Object.values(parameters)) if (typeof value === 'number') expect(value).not.toBeNaN();
      search.tell(number, of(n));
    }
  });

  it('asks for each point of a finite space once, and then says that there is no other', () => {
    const finite: SearchOptions['space'] = {
      kind: { options: ['a', 'b'] },
      size: { low: 0.5, high: 3.5, integer: true },
      more: { low: 1, high: 2, integer: true, when: { kind: ['a'] } },
      fixed: { low: 2, high: 2 },
    };
    const search = new Search({ ...options, space: finite });
    search.addObservation({ kind: 'b', size: 2, fixed: 2 }, [0.4, 0.4]);
    const asked = new Set<string>();
    for (let n = 0; n < 8; n++) {
      const { number, parameters } = search.ask();
      asked.add(JSON.stringify(parameters));
      if (n % 2 === 0) search.tell(number, [0.5, 0.1 * n]);
    }
    expect(asked.size).toBe(8);
    expect(() => search.ask()).toThrow(new SpaceExhaustedError(9));
  });

  it('stays within any bounds, with whole numbers where they are wanted', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, number, fc.boolean(), fc.boolean(), (a, b, log, integer) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const range = { low, high, log, integer };
        if (!ParameterSpaceSchema.safeParse({ x: range }).success) return;
        const search = new Search({ ...options, space: { x: range, kind: { options: ['a', 'b'] } } });
        for (let n = 0; n < 4; n++) {
          let asked: ReturnType<Search['ask']>;
          try {
            asked = search.ask();
          } catch (error) {
            expect(error).toBeInstanceOf(SpaceExhaustedError);
            return;
          }
          const x = Number(asked.parameters.x);
          expect(x).toBeGreaterThanOrEqual(low);
          expect(x).toBeLessThanOrEqual(high);
          if (integer) expect(Number.isInteger(x)).toBe(true);
          search.tell(asked.number, [0.5, n / 10]);
        }
      }),
      {
        numRuns: 100,
        examples: [
          [0.2, 3.8, false, true],
          [1e-300, 1e300, true, false],
          [-1e308, 7e307, false, false],
        ],
      },
    );
  });

  it('takes results that it did not ask for, and refuses those that are not of the space', () => {
    const search = new Search(options);
    search.addObservation({ width: 0.5, rate: 0.01, layers: 2, batch: 32, kind: 'b' }, [0.25, 0.45]);
    expect(search.hypervolume).toBeGreaterThan(0);
    search.tell(search.ask().number, [0.3, 0.3]);
    const all = { width: 0.5, rate: 0.01, layers: 2, batch: 32, kind: 'b' };
    expect(() => search.addObservation({ ...all, width: 2 }, null)).toThrow('width is 2; allowed: from 0 to 1');
    expect(() => search.addObservation({ ...all, kind: 'd' }, null)).toThrow('kind is d; allowed: a, b, c');
    expect(() => search.addObservation({ ...all, depth: 2 }, null)).toThrow("there is no parameter 'depth'");
    expect(() => search.addObservation(all, [1])).toThrow('objectives: 1 of them, where reference has 2');
  });

  it('refuses to be told twice, or of what it did not ask for', () => {
    const search = new Search(options);
    const { number } = search.ask();
    search.tell(number, [0.1, 0.1]);
    expect(() => search.tell(number, [0.1, 0.1])).toThrow('told before');
    expect(() => search.tell(7, [0.1, 0.1])).toThrow('was not asked for');
  });
});

it('a space that cannot be is refused with the field named', () => {
  expect(() => new Search({ space: { x: { low: 1, high: 0 } } })).toThrow(/low must be at most high/);
  expect(() => new Search({ space: {} })).toThrow(/name at least one parameter/);
  expect(() => new Search({ space: { x: { low: 0.2, high: 0.8, integer: true } } })).toThrow(
    /there is no whole number from 0.2 to 0.8/,
  );
  expect(() => new Search({ space: { x: { low: -1e308, high: 1e308 } } })).toThrow(/more than a number can hold/);
  expect(() => new Search({ space: { x: { low: 0, high: 1e300, integer: true } } })).toThrow(/whole numbers are from/);
});

describe('a space of more dimensions than a Sobol sequence is for', () => {
  const names = Array.from({ length: 257 }, (_, i) => `layer${i}`);
  const wide = Object.fromEntries(names.map((name) => [name, { low: 0, high: 1, density: true }]));

  it('is begun by frontier as any other', () => {
    const search = new Search({ space: wide, strategy: 'frontier' });
    const levels = Array.from({ length: 8 }, () => {
      const { number, parameters } = search.ask();
      const level = names.reduce((sum, name) => sum + Number(parameters[name]) / names.length, 0);
      search.tell(number, [(1 - level) ** 2, level]);
      return level;
    });
    // The first four go from one end to the other.
    expect(levels[3]).toBeGreaterThan(levels[0] + 0.3);
    expect(search.hypervolume).toBeGreaterThan(0.4);
  });

  it('is refused by sobol', () => {
    expect(() => new Search({ space: wide, strategy: 'sobol' })).toThrow(
      'at most 256 dimensions, and the space has 257',
    );
  });
});

describe('a space with conditions', () => {
  const space = {
    kind: { options: ['plain', 'scaled'] },
    scale: { low: 1, high: 9, when: { kind: ['scaled'] } },
    most: { low: 2, high: 5 },
    least: { low: 1, high: 5, atMost: 'most' },
  };

  it.each(SEARCH_STRATEGIES)('is kept to by %s', (strategy) => {
    const search = new Search({ space, strategy, seed: 2, reference: [20, 20] });
    const kinds = new Set<unknown>();
    for (let i = 0; i < 30; i++) {
      const { number, parameters } = search.ask();
      kinds.add(parameters.kind);
      expect('scale' in parameters).toBe(parameters.kind === 'scaled');
      expect(Number(parameters.least)).toBeLessThanOrEqual(Number(parameters.most));
      search.tell(number, [Number(parameters.scale ?? 5), Number(parameters.most) - Number(parameters.least)]);
    }
    // A descent leaves options as they are.
    if (strategy !== 'eap' && strategy !== 'local') expect(kinds.size).toBe(2);
  });

  it.each([
    [{ when: { nobody: ['x'] } }, "'nobody' is no parameter with options"],
    [{ when: { kind: ['other'] } }, "'kind' has no option but plain, scaled"],
    [{ atMost: 'kind' }, "'kind' is no number that always has a value"],
    [{ atMost: 'scale' }, "'scale' is no number that always has a value"],
    [{ low: 3, atMost: 'most' }, "'most' may be less than 3"],
  ])('is refused where %j cannot be', (change, message) => {
    expect(() => new Search({ space: { ...space, more: { low: 1, high: 4, ...change } } })).toThrow(message);
  });
});

describe('three objectives', () => {
  const space = { x: { low: 0, high: 1 }, y: { low: 0, high: 1 } };
  const evaluate = ({ x, y }: Record<string, unknown>): number[] => [
    Number(x),
    Number(y),
    2 - Math.sqrt(Number(x)) - Math.sqrt(Number(y)),
  ];

  it.each(['nsga2', 'motpe', 'sms-emoa', 'random', 'sobol', 'grid'] as const)('are searched by %s', (strategy) => {
    const search = new Search({ space, strategy, seed: 1, population: 20, reference: [1, 1, 2] });
    for (let i = 0; i < 80; i++) {
      const { number, parameters } = search.ask();
      search.tell(number, evaluate(parameters));
    }
    // The front's own is 4/3.
    expect(search.hypervolume).toBeGreaterThan(1.05);
  });

  it.each([
    ['nothing is known of', undefined],
    ['the second is known of', ({ y }: Record<string, unknown>) => Number(y)],
    [
      'the third only is known of',
      [null, ({ x, y }: Record<string, unknown>) => 2 - Math.sqrt(Number(x)) - Math.sqrt(Number(y))],
    ],
  ] as const)('that %s are searched by frontier in fewer evaluations', (_, known) => {
    const search = new Search({ space, strategy: 'frontier', seed: 1, reference: [1, 1, 2] }, known);
    for (let i = 0; i < 30; i++) {
      const { number, parameters } = search.ask();
      search.tell(number, evaluate(parameters));
    }
    expect(search.hypervolume).toBeGreaterThan(1.1);
  });

  it('are too many for a descent, and a result of other than three is refused', () => {
    expect(() => new Search({ space, strategy: 'eap', reference: [1, 1, 1] })).toThrow(/eap is for two objectives/);
    const search = new Search({ space, strategy: 'random', reference: [1, 1, 1] });
    expect(() => search.tell(search.ask().number, [1, 2])).toThrow(/objectives: 2 of them/);
  });
});

it('the last point of a space of more than a hundred thousand is found, and then it is said that there is no other', () => {
  const high = 120_000;
  const search = new Search({ space: { x: { low: 1, high, integer: true } }, strategy: 'random' });
  for (let x = 1; x <= high; x++) if (x !== 70_007) search.addObservation({ x }, null);
  expect(search.ask().parameters).toEqual({ x: 70_007 });
  expect(() => search.ask()).toThrow(new SpaceExhaustedError(high));
});

describe('a known objective', () => {
  const space = { x: { low: 0, high: 1 }, y: { low: 0, high: 1 } };
  const searchWith = (known: (parameters: Record<string, unknown>) => unknown) => () => {
    const search = new Search({ space, strategy: 'frontier', seed: 1 }, [known as () => number]);
    for (let i = 0; i < 12; i++) {
      const { number, parameters } = search.ask();
      search.tell(number, [Number(parameters.x), Number(parameters.y)]);
    }
  };
  const table = new Map<unknown, number>();

  it('that throws is named with the parameters, what it threw and what to do', () => {
    const fails = () => {
      throw new TypeError('no entry');
    };
    expect(searchWith(fails)).toThrow(KnownObjectiveError);
    expect(searchWith(fails)).toThrow(
      /^known\[0\], of objective 2, threw "no entry" at \{"x":[\d.e-]+,"y":[\d.e-]+\}; allowed: .*; mend it, or .* null/,
    );
  });

  it.each([
    ['undefined', ({ x }: Record<string, unknown>) => table.get(x)],
    ['NaN', () => NaN],
    ['"1"', () => '1'],
    ['Infinity', () => Infinity],
  ])('that gives %s is refused likewise', (what, known) => {
    expect(searchWith(known)).toThrow(`known[0], of objective 2, gave ${what} at {`);
  });
});
