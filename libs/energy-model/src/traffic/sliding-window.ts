import type { PlacedLoop, Step } from './dimension-steps.js';

/**
 * How many words of a tile there are (`now`), and how many of them were there a step before
 * (`same`).
 */
export interface Words {
  /** Over all memories that take part. */
  readonly total: { now: number; same: number };
  /** Each word once, however many memories below one memory of the level above take it. */
  readonly distinct: { now: number; same: number };
}

/** One of the two loops that an input's row (or column) follows from. */
export interface WindowLoops {
  readonly bound: number;
  /**
   * Input rows from one iteration to the next: the stride of the outputs, the dilation of the
   * kernel.
   */
  readonly scale: number;
  /** The loops of the tile, and of all memories that hold one at a time. */
  readonly tile: readonly PlacedLoop[];
  /**
   * Those of them in space over memories that share one memory above, and over memories that do
   * not.
   */
  readonly between: readonly PlacedLoop[];
  readonly separate: readonly PlacedLoop[];
}

/**
 * Counts words of input rows (or columns) along one axis, added up over all pairs of steps of its
 * output and its kernel loop. Real sets of rows are formed, since tiles overlap in ways that have
 * no short formula: strides leave gaps, memories along the array's axes share diagonals, and the
 * last tile is smaller. Few of them differ, so each is formed once.
 */
export function slidingCounter(
  outputs: WindowLoops,
  kernel: WindowLoops,
  keepsOverlap: boolean,
): (outputSteps: readonly Step[], kernelSteps: readonly Step[]) => Words {
  const counted = new Map<string, Words>();
  return (outputSteps, kernelSteps) => {
    const sum: Words = { total: { now: 0, same: 0 }, distinct: { now: 0, same: 0 } };
    const kernelClasses = classes(kernel, kernelSteps);
    for (const [output, outputTimes] of classes(outputs, outputSteps)) {
      for (const [row, rowTimes] of kernelClasses) {
        const moved = output.shift !== 0 || row.shift !== 0;
        const key =
          moved && keepsOverlap
            ? [output.extent, row.extent, output.extentBefore, row.extentBefore, output.shift, row.shift].join()
            : `${output.extent},${row.extent},${moved}`;
        let words = counted.get(key);
        if (!words) counted.set(key, (words = wordsOf(outputs, kernel, output, row, keepsOverlap)));
        const times = outputTimes * rowTimes;
        sum.total.now += times * words.total.now;
        sum.total.same += times * words.total.same;
        sum.distinct.now += times * words.distinct.now;
        sum.distinct.same += times * words.distinct.same;
      }
    }
    return sum;
  };
}

/**
 * A step as far as sets of rows depend on it: how much of the tile there is, and how far it came.
 */
interface StepClass {
  readonly extent: number;
  readonly extentBefore: number;
  readonly shift: number;
}

function classes(loops: WindowLoops, steps: readonly Step[]): [StepClass, number][] {
  const found = new Map<number, [StepClass, number]>();
  const span = 1 + loops.tile.reduce((sum, { count, stride }) => sum + (count - 1) * stride, 0);
  for (const { to, from } of steps) {
    const extent = Math.min(span, loops.bound - to);
    const extentBefore = Math.min(span, loops.bound - from);
    const shift = to - from;
    const key = ((shift + loops.bound) * (loops.bound + 1) + extent) * (loops.bound + 1) + extentBefore;
    const entry = found.get(key);
    if (entry) entry[1]++;
    else found.set(key, [{ extent, extentBefore, shift }, 1]);
  }
  return [...found.values()];
}

function wordsOf(
  outputs: WindowLoops,
  kernel: WindowLoops,
  output: StepClass,
  row: StepClass,
  keepsOverlap: boolean,
): Words {
  const moved = output.shift !== 0 || row.shift !== 0;
  const now = rowsByMemory(outputs, kernel, output.extent, row.extent, 0);
  const before =
    moved && keepsOverlap
      ? rowsByMemory(
          outputs,
          kernel,
          output.extentBefore,
          row.extentBefore,
          -output.shift * outputs.scale - row.shift * kernel.scale,
        )
      : undefined;
  const words: Words = { total: { now: 0, same: 0 }, distinct: { now: 0, same: 0 } };
  for (const [separate, memories] of now) {
    const all = new Set<number>();
    const fetched = new Set<number>();
    for (const [between, rows] of memories) {
      words.total.now += rows.size;
      const had = moved ? before?.get(separate)?.get(between) : rows;
      for (const each of rows) {
        all.add(each);
        if (had?.has(each)) words.total.same++;
        else fetched.add(each);
      }
    }
    words.distinct.now += all.size;
    words.distinct.same += all.size - fetched.size;
  }
  return words;
}

/** The rows that each memory holds: by the memory above, then by the memory. */
function rowsByMemory(
  outputs: WindowLoops,
  kernel: WindowLoops,
  outputExtent: number,
  kernelExtent: number,
  origin: number,
): Map<number, Map<number, Set<number>>> {
  const found = new Map<number, Map<number, Set<number>>>();
  for (const output of elementsOf(outputs.tile, outputExtent)) {
    for (const row of elementsOf(kernel.tile, kernelExtent)) {
      const separate = digits(output, outputs.separate, 0) * 65_536 + digits(row, kernel.separate, 0);
      const between = digits(output, outputs.between, 0) * 65_536 + digits(row, kernel.between, 0);
      let memories = found.get(separate);
      if (!memories) found.set(separate, (memories = new Map<number, Set<number>>()));
      let rows = memories.get(between);
      if (!rows) memories.set(between, (rows = new Set()));
      rows.add(origin + output * outputs.scale + row * kernel.scale);
    }
  }
  return found;
}

function elementsOf(loops: readonly PlacedLoop[], extent: number): number[] {
  let elements = [0];
  for (const { count, stride } of loops) {
    elements = elements.flatMap((element) => Array.from({ length: count }, (_, i) => element + i * stride));
  }
  return elements.filter((element) => element < extent);
}

function digits(element: number, loops: readonly PlacedLoop[], number: number): number {
  for (const { stride, count } of loops) number = number * count + (Math.floor(element / stride) % count);
  return number;
}
