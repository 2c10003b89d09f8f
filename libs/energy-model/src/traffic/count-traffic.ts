import { sharesAlong, type Accelerator, type MemoryLevel } from '../accelerator.js';
import { countElements, loopsOver, offsetsOf, stepsAt, type Step } from './dimension-steps.js';
import { DIMENSIONS, INDEXED_BY, OPERANDS, type Operand } from '../dimensions.js';
import { exposedCycles } from '../pricing/exposed-cycles.js';
import { macCount, outputCount, type LayerShape } from '../layer-shape.js';
import { loopNest, type LoopNest, type NestLoop } from './loop-nest.js';
import type { Mapping } from '../mapping.js';
import { slidingCounter, type Words } from './sliding-window.js';

/** Values of one operand that move at one level, were none of them zero. */
export interface Traffic {
  /** Read for the level below, or for the MACs; a value that several take at once is read once. */
  read: number;
  /** Partial sums written from below, after those of elements that add up have been added. */
  written: number;
  /** Those of `written` to which nothing more is added: outputs. */
  finished: number;
  /** Values that arrive from the level above, in each memory that takes them. */
  filled: number;
  /** Partial sums that leave each memory for the level above. */
  drained: number;
}

export interface LayerTraffic {
  readonly macs: number;
  /** Cycles of computation, one MAC an element a cycle. */
  readonly cycles: number;
  /** In the order of the accelerator's levels. */
  readonly levels: readonly Readonly<Record<Operand, Traffic>>[];
  /** Cycles in which the array waits for memories that cannot fetch ahead. */
  readonly exposedCycles: number;
}

/**
 * Counts exactly what moves when a dense layer runs under a mapping. A memory's content changes
 * when a loop outside its tile that the operand is indexed by goes on; what a memory has it does
 * not fetch again, and rows that two tiles of inputs share are kept where the level does so.
 *
 * @throws EnergyModelError when the mapping does not cover the layer
 */
export function countTraffic(
  shape: LayerShape,
  batch: number,
  mapping: Mapping,
  accelerator: Accelerator,
): LayerTraffic {
  const nest = loopNest(shape, batch, mapping, accelerator);
  const { levels } = accelerator;
  const none = (): Traffic => ({ read: 0, written: 0, finished: 0, filled: 0, drained: 0 });
  const traffic = levels.map(() => ({ weights: none(), inputs: none(), partialSums: none() }));
  const firstTiles = levels.map(() => ({ weights: 0, inputs: 0, partialSums: 0 }));
  const sent = levels.map(() => ({ weights: 0, inputs: 0 }));
  const outputs = outputCount(shape, batch);

  for (const operand of OPERANDS) {
    const chain = levels.flatMap((level, i) => (level.holds.includes(operand) ? [i] : []));
    chain.forEach((index, place) => {
      const here = traffic[index][operand];
      const below = chain[place + 1] as number | undefined;
      if (below === undefined) {
        const { distinct } = wordsOverTime(operand, levels[index], levels.length, nest, shape, accelerator);
        here.read = distinct;
        if (operand === 'partialSums') {
          here.written = distinct;
          here.finished = outputs;
        }
        return;
      }
      const { total, distinct, firstTile } = wordsOverTime(operand, levels[index], below, nest, shape, accelerator);
      const there = traffic[below][operand];
      firstTiles[below][operand] = firstTile;
      if (operand === 'partialSums') {
        const again = levels[index].firstPartialSum === 'read' ? distinct : distinct - outputs;
        here.read = again;
        here.written = distinct;
        here.finished = outputs;
        there.filled = again;
        there.drained = total;
      } else {
        here.read = distinct;
        there.filled = total;
        sent[below][operand] = distinct;
      }
    });
  }
  return {
    macs: macCount(shape, batch),
    cycles: computeCycles(nest),
    levels: traffic,
    exposedCycles: exposedCycles(accelerator, sent, firstTiles),
  };
}

/**
 * Words that go from a memory of `above` to the tiles at level `below` over the whole run; `below`
 * may be one past the last level: the MACs, which keep nothing.
 */
function wordsOverTime(
  operand: Operand,
  above: MemoryLevel,
  below: number,
  nest: LoopNest,
  shape: LayerShape,
  accelerator: Accelerator,
): WordsOverTime {
  const level = accelerator.levels[below] as MemoryLevel | undefined;
  const axes = accelerator.array;
  const isOuter = (loop: NestLoop): boolean => loop.axis < 0 && loop.level < below;
  const isSpread = (loop: NestLoop): boolean => loop.axis >= 0 && !(level && sharesAlong(level, axes[loop.axis].name));
  const isBetween = (loop: NestLoop): boolean => isSpread(loop) && sharesAlong(above, axes[loop.axis].name);

  const dimensions = DIMENSIONS.map((dimension, index) => {
    const loops = loopsOver(index, nest);
    const tile = loops.filter((loop) => !isOuter(loop));
    return {
      bound: nest.bounds[index],
      outer: loops.filter(isOuter),
      tile,
      between: tile.filter(isBetween),
      separate: tile.filter((loop) => isSpread(loop) && !isBetween(loop)),
      indexes: INDEXED_BY[operand].includes(dimension),
    };
  });
  type Walked = (typeof dimensions)[number];

  const memoized = (): ((key: string, count: () => Words) => Words) => {
    const known = new Map<string, Words>();
    return (key, count) => {
      let words = known.get(key);
      if (!words) known.set(key, (words = count()));
      return words;
    };
  };
  /** What is the same for all loops between which no loop of the dimension stands. */
  const place = ({ outer }: Walked, position: number): string =>
    outer.map((loop) => Math.sign(loop.position - position)).join();
  const stepsOf = ({ outer, bound }: Walked, position: number): readonly Step[] =>
    position === FIRST
      ? [{ to: 0, from: 0 }]
      : position === EVERYWHERE
        ? offsetsOf(outer, bound).map((to) => ({ to, from: to }))
        : stepsAt(position, outer, bound);

  /** Words along one dimension that is not part of a sliding window. */
  const plain = (dimension: Walked): ((position: number) => Words) => {
    const { bound, tile, indexes } = dimension;
    const memo = memoized();
    const span = 1 + tile.reduce((sum, { count, stride }) => sum + (count - 1) * stride, 0);
    // An operand that does not depend on the dimension has one value in each memory, the same as
    // before.
    const totalOf = (extent: number): number => countElements(extent, tile, (loop) => !indexes && !isSpread(loop));
    const distinctOf = (extent: number): number =>
      countElements(extent, tile, (loop) => !indexes && (!isSpread(loop) || isBetween(loop)));
    const whole = { total: totalOf(span), distinct: distinctOf(span) };
    const count = (position: number): Words => {
      const words: Words = { total: { now: 0, same: 0 }, distinct: { now: 0, same: 0 } };
      for (const { to, from } of stepsOf(dimension, position)) {
        const extent = bound - to;
        const total = extent >= span ? whole.total : totalOf(extent);
        const distinct = extent >= span ? whole.distinct : distinctOf(extent);
        words.total.now += total;
        words.distinct.now += distinct;
        if (!indexes || to === from) {
          words.total.same += total;
          words.distinct.same += distinct;
        }
      }
      return words;
    };
    return (position) => memo(`${place(dimension, position)};${position < 0}`, () => count(position));
  };

  const sliding = (output: Walked, kernel: Walked): ((position: number) => Words) => {
    const memo = memoized();
    const count = slidingCounter(
      { ...output, scale: shape.stride },
      { ...kernel, scale: shape.dilation ?? 1 },
      level?.keepsOverlap ?? true,
    );
    return (position) =>
      memo(`${place(output, position)};${place(kernel, position)};${position < 0}`, () =>
        count(stepsOf(output, position), stepsOf(kernel, position)),
      );
  };

  const [groups, images, outputChannels, inputChannels, outputHeight, outputWidth, kernelHeight, kernelWidth] =
    dimensions;
  const factors = [
    ...[groups, images, outputChannels, inputChannels].map(plain),
    ...(operand === 'inputs'
      ? [sliding(outputHeight, kernelHeight), sliding(outputWidth, kernelWidth)]
      : [outputHeight, kernelHeight, outputWidth, kernelWidth].map(plain)),
  ];
  const wordsAt = (position: number): Words => {
    const product: Words = { total: { now: 1, same: 1 }, distinct: { now: 1, same: 1 } };
    for (const factor of factors) {
      const { total, distinct } = factor(position);
      product.total.now *= total.now;
      product.total.same *= total.same;
      product.distinct.now *= distinct.now;
      product.distinct.same *= distinct.same;
    }
    return product;
  };

  if (level === undefined) {
    const { total, distinct } = wordsAt(EVERYWHERE);
    return { total: total.now, distinct: distinct.now, firstTile: 1 };
  }
  const first = wordsAt(FIRST);
  let [total, distinct] = [first.total.now, first.distinct.now];
  nest.loops.forEach((loop, position) => {
    if (!isOuter(loop)) return;
    const words = wordsAt(position);
    total += words.total.now - words.total.same;
    distinct += words.distinct.now - words.distinct.same;
  });
  return { total, distinct, firstTile: first.distinct.now };
}

/**
 * Places in the nest besides those of its loops: before the first step, and all steps taken
 * together.
 */
const FIRST = -1;
const EVERYWHERE = Infinity;

interface WordsOverTime {
  /**
   * Words that arrive, in each memory; and those that leave the level above for it, taken by
   * several at once.
   */
  readonly total: number;
  readonly distinct: number;
  /** Words that leave the level above to fill the first tile. */
  readonly firstTile: number;
}

function computeCycles(nest: LoopNest): number {
  return nest.bounds.reduce(
    (cycles, bound, dimension) => cycles * countElements(bound, loopsOver(dimension, nest), ({ axis }) => axis >= 0),
    1,
  );
}
