import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { Accelerator } from '../accelerator.js';
import { countTraffic } from '../traffic/count-traffic.js';
import type { Dimension, Operand } from '../dimensions.js';
import type { LayerShape } from '../layer-shape.js';
import type { Mapping } from '../mapping.js';

/**
 * An oracle that shares nothing with the model but the words of its inputs: it runs every loop of a
 * mapping, one MAC at a time, with real memories as sets of addresses, and counts what it had to
 * move.
 */
type Index = Record<Dimension, number>;
interface Running {
  dimension: Dimension;
  count: number;
  level?: string;
  axis?: string;
  stride: number;
}

const ORDER: Dimension[] = [
  'groups',
  'images',
  'outputChannels',
  'inputChannels',
  'outputHeight',
  'outputWidth',
  'kernelHeight',
  'kernelWidth',
];
const USES: Record<Operand, Dimension[]> = {
  weights: ['groups', 'outputChannels', 'inputChannels', 'kernelHeight', 'kernelWidth'],
  inputs: ['groups', 'images', 'inputChannels', 'outputHeight', 'outputWidth', 'kernelHeight', 'kernelWidth'],
  partialSums: ['groups', 'images', 'outputChannels', 'outputHeight', 'outputWidth'],
};

function simulate(shape: LayerShape, batch: number, mapping: Mapping, chip: Accelerator) {
  const size: Index = { ...shape, images: batch };
  const served = (level: number, axis: string): boolean => chip.levels[level].sharedAlong?.includes(axis) ?? true;
  const arrayAt = chip.levels.findIndex((level) => level.sharedAlong !== undefined);
  const nest: Running[] = [];
  chip.levels.forEach(({ name }, i) => {
    if (i === arrayAt) nest.push(...mapping.spatial.map((loop) => ({ ...loop, stride: 0 })));
    nest.push(...(mapping.temporal[name] ?? []).map((loop) => ({ ...loop, level: name, stride: 0 })));
  });
  const reach = Object.fromEntries(ORDER.map((d) => [d, 1])) as Index;
  for (const loop of [...nest].reverse()) {
    loop.stride = reach[loop.dimension];
    reach[loop.dimension] *= loop.count;
  }
  const levelOf = (loop: Running): number => chip.levels.findIndex(({ name }) => name === loop.level);

  const address = (operand: Operand, at: Index): string => {
    const { groups: g, images: n, outputChannels: k, inputChannels: c, outputHeight: p, outputWidth: q } = at;
    const { kernelHeight: r, kernelWidth: s } = at;
    if (operand === 'weights') return [g, k, c, r, s].join();
    if (operand === 'partialSums') return [g, n, k, p, q].join();
    const dilation = shape.dilation ?? 1;
    return [g, n, c, p * shape.stride + r * dilation, q * shape.stride + s * dilation].join();
  };

  /**
   * Runs the loops that `pick` takes, from the index given, and calls back with each index inside
   * the layer.
   */
  const run = (loops: Running[], start: Index, visit: (at: Index, turns: number[]) => void): void => {
    const turns: number[] = [];
    const go = (i: number, at: Index): void => {
      if (i === loops.length) {
        if (ORDER.every((d) => at[d] < size[d])) visit(at, [...turns]);
        return;
      }
      for (let turn = 0; turn < loops[i].count; turn++) {
        turns[i] = turn;
        go(i + 1, { ...at, [loops[i].dimension]: at[loops[i].dimension] + turn * loops[i].stride });
      }
    };
    go(0, start);
  };
  const zero = Object.fromEntries(ORDER.map((d) => [d, 0])) as Index;

  const counted = chip.levels.map(() => ({
    weights: { read: 0, written: 0, finished: 0, filled: 0, drained: 0 },
    inputs: { read: 0, written: 0, finished: 0, filled: 0, drained: 0 },
    partialSums: { read: 0, written: 0, finished: 0, filled: 0, drained: 0 },
  }));
  const outputs = new Set<string>();
  run(nest, zero, (at) => outputs.add(address('partialSums', at)));

  for (const operand of ['weights', 'inputs', 'partialSums'] as const) {
    const chain = chip.levels.flatMap((level, i) => (level.holds.includes(operand) ? [i] : []));
    for (let place = 0; place < chain.length; place++) {
      const [above, below] = [chain[place], place + 1 < chain.length ? chain[place + 1] : chip.levels.length];
      const toMacs = below === chip.levels.length;
      const outer = nest.filter((loop) => loop.axis === undefined && levelOf(loop) < below);
      const inner = nest.filter((loop) => !outer.includes(loop));
      const spread = (axis: string): boolean => toMacs || !served(below, axis);
      const keeps = toMacs ? false : (chip.levels[below].keepsOverlap ?? true);
      let held = new Map<string, Set<string>>();
      let indexBefore = '';
      const seen = new Set<string>();
      run(outer, zero, (start) => {
        // What each memory below needs in this step; keyed by the memory above it, then by its own
        // place.
        const needs = new Map<string, { memories: Map<string, Set<string>> }>();
        run(inner, start, (at, turns) => {
          const place = (pick: (axis: string) => boolean): string =>
            inner.map((loop, i) => (loop.axis !== undefined && pick(loop.axis) ? turns[i] : '')).join();
          const parent = place((axis) => !served(above, axis));
          const memory = place(spread);
          if (!needs.has(parent)) needs.set(parent, { memories: new Map() });
          const memories = needs.get(parent)!.memories;
          if (!memories.has(memory)) memories.set(memory, new Set());
          memories.get(memory)!.add(address(operand, at));
        });
        const index = USES[operand].map((d) => start[d]).join();
        const moved = toMacs || index !== indexBefore;
        indexBefore = index;
        // A broadcast reaches idle elements too, so that only the operand's own index makes a
        // memory forget.
        const relevantPlace = (memory: string): string =>
          memory
            .split(',')
            .map((turn, i) => (inner[i] && USES[operand].includes(inner[i].dimension) ? turn : ''))
            .join();
        const heldNow = new Map<string, Set<string>>();
        for (const { memories } of needs.values()) {
          const fetched = new Set<string>();
          for (const [memory, words] of memories) {
            const key = relevantPlace(memory);
            const had = !moved ? words : keeps ? (held.get(key) ?? new Set<string>()) : new Set<string>();
            for (const word of words) {
              if (had.has(word)) continue;
              fetched.add(word);
              if (!toMacs && operand !== 'partialSums') counted[below][operand].filled++;
              if (!toMacs && operand === 'partialSums') counted[below][operand].drained++;
            }
            heldNow.set(key, words);
          }
          for (const word of fetched) {
            if (operand !== 'partialSums') counted[above][operand].read++;
            else {
              counted[above][operand].written++;
              if (toMacs) counted[above][operand].read++;
              else if (seen.has(word) || chip.levels[above].firstPartialSum === 'read') {
                counted[above][operand].read++;
                counted[below][operand].filled++;
              }
              seen.add(word);
            }
          }
        }
        if (moved) held = heldNow;
      });
      if (operand === 'partialSums') counted[above][operand].finished = outputs.size;
    }
  }
  return counted;
}

const chips = fc
  .record({
    rows: fc.constantFrom(1, 2, 3),
    columns: fc.constantFrom(1, 2),
    levels: fc.array(
      fc.record({
        holds: fc.subarray(['weights', 'inputs', 'partialSums'] as const, { minLength: 1 }),
        keepsOverlap: fc.boolean(),
      }),
      { minLength: 0, maxLength: 1 },
    ),
    elements: fc.array(
      fc.record({
        holds: fc.subarray(['weights', 'inputs', 'partialSums'] as const, { minLength: 1 }),
        keepsOverlap: fc.boolean(),
        sharedAlong: fc.constantFrom<readonly string[]>([], ['rows'], ['columns']),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    firstPartialSum: fc.constantFrom('read' as const, 'zero' as const),
  })
  .map(({ rows, columns, levels, elements, firstPartialSum }): Accelerator => {
    const memory = { wordBits: 16, energy: { read: 1, write: 1 } };
    const [partial, whole] = elements.length === 2 ? elements : [undefined, elements[0]];
    return {
      name: 'random',
      source: 'fast-check',
      unit: 'MAC',
      dataflow: 'free',
      bits: { weights: 16, inputs: 16, partialSums: 16, outputs: 16 },
      array: [
        { name: 'rows', size: rows },
        { name: 'columns', size: columns },
      ],
      levels: [
        { name: 'dram', holds: ['weights', 'inputs', 'partialSums'], ...memory },
        ...levels.map((level) => ({ name: 'buffer', ...level, firstPartialSum, ...memory })),
        ...(partial ? [{ name: 'line', ...partial, ...memory }] : []),
        { name: 'file', ...whole, sharedAlong: [], ...memory },
      ],
      computation: { mac: 1 },
      sparsity: { zeros: { weights: 'none', inputs: 'none' }, compression: [] },
    };
  });

const layers = fc
  .record({
    groups: fc.integer({ min: 1, max: 2 }),
    inputChannels: fc.integer({ min: 1, max: 3 }),
    outputChannels: fc.integer({ min: 1, max: 4 }),
    kernelHeight: fc.integer({ min: 1, max: 3 }),
    kernelWidth: fc.integer({ min: 1, max: 3 }),
    outputHeight: fc.integer({ min: 1, max: 5 }),
    outputWidth: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
  })
  .map((sizes): LayerShape => ({
    name: 'layer',
    ...sizes,
    inputHeight: (sizes.outputHeight - 1) * sizes.stride + (sizes.kernelHeight - 1) * sizes.dilation + 1,
    inputWidth: (sizes.outputWidth - 1) * sizes.stride + (sizes.kernelWidth - 1) * sizes.dilation + 1,
  }));

/** A random legal mapping: random inner loops, and at last the loops that cover what is left. */
const cases = fc
  .record({
    chip: chips,
    shape: layers,
    batch: fc.integer({ min: 1, max: 2 }),
    seed: fc.array(fc.nat(1_000_000), { minLength: 60, maxLength: 60 }),
  })
  .map(({ chip, shape, batch, seed }) => {
    let next = 0;
    const choose = (below: number): number => seed[next++ % seed.length] % below;
    const size: Index = { ...shape, images: batch };
    const covered = Object.fromEntries(ORDER.map((d) => [d, 1])) as Index;
    const grow = (dimension: Dimension, limit: number): number => {
      const left = Math.ceil(size[dimension] / covered[dimension]);
      const count = 1 + choose(Math.min(left, limit));
      // A loop that reaches the end must be the outermost over its dimension.
      covered[dimension] *= count;
      return count;
    };
    const temporal: Record<string, { dimension: Dimension; count: number }[]> = {};
    const spatial: { axis: string; dimension: Dimension; count: number }[] = [];
    const arrayAt = chip.levels.findIndex((level) => level.sharedAlong !== undefined);
    for (let level = chip.levels.length - 1; level >= 0; level--) {
      const loops: { dimension: Dimension; count: number }[] = [];
      for (const dimension of shuffle(ORDER, choose)) {
        const left = Math.ceil(size[dimension] / covered[dimension]);
        const count = level === 0 ? left : choose(2) === 0 ? grow(dimension, 3) : 1;
        if (level === 0) covered[dimension] *= left;
        if (count > 1) loops.push({ dimension, count });
      }
      temporal[chip.levels[level].name] = loops;
      if (level === arrayAt) {
        for (const { name, size: width } of chip.array) {
          const dimension = ORDER[choose(ORDER.length)];
          const count = grow(dimension, width);
          if (count > 1) spatial.unshift({ axis: name, dimension, count });
        }
      }
    }
    return { chip, shape, batch, mapping: { temporal, spatial } satisfies Mapping };
  });

function shuffle<T>(items: readonly T[], choose: (below: number) => number): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(choose(rest.length), 1)[0]);
}

describe('counted traffic', () => {
  it('equals that of a machine that runs every loop, for random layers, chips and mappings', () => {
    fc.assert(
      fc.property(cases, ({ chip, shape, batch, mapping }) => {
        expect(countTraffic(shape, batch, mapping, chip).levels).toEqual(simulate(shape, batch, mapping, chip));
      }),
      { numRuns: 1000 },
    );
  }, 120_000);
});
