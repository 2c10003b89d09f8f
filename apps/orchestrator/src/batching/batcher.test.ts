import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Batcher } from './batcher.js';

const gathering = (least: number, most = least) => {
  const efforts: { key: string; items: readonly number[] }[] = [];
  const batcher = new Batcher<number, number>({ least, most }, async (key, items) => {
    efforts.push({ key, items: [...items] });
    await setTimeout(5);
    if (items.includes(-1)) throw new Error('all of it failed');
    return items.map((item) =>
      item % 10 === 7
        ? { status: 'rejected', reason: new Error(`not ${item}`) }
        : { status: 'fulfilled', value: 2 * item },
    );
  });
  return { batcher, efforts };
};

describe('what is asked for within a moment', () => {
  it('is done at once when it comes alone, and together while there is an effort under way or just over', async () => {
    const { batcher, efforts } = gathering(20);
    const first = batcher.do('a', 1);
    await setTimeout(1);
    const others = [2, 3, 4].map((item) => batcher.do('a', item));
    expect(await first).toBe(2);
    const late = batcher.do('a', 5);
    expect(await Promise.all([...others, late])).toEqual([4, 6, 8, 10]);
    expect(efforts).toEqual([
      { key: 'a', items: [1] },
      { key: 'a', items: [2, 3, 4, 5] },
    ]);
  });

  it('is not kept waiting where one comes after the other', async () => {
    const { batcher, efforts } = gathering(60_000);
    for (const item of [1, 2, 3]) await batcher.do('a', item);
    expect(efforts.map(({ items }) => items)).toEqual([[1], [2], [3]]);
  });

  it('is done apart for each key', async () => {
    const { batcher, efforts } = gathering(20);
    expect(await Promise.all([batcher.do('a', 1), batcher.do('b', 2), batcher.do('a', 3)])).toEqual([2, 4, 6]);
    expect(efforts).toEqual([
      { key: 'a', items: [1, 3] },
      { key: 'b', items: [2] },
    ]);
  });

  it('waits the longer the more keys are busy, up to a limit', async () => {
    const { batcher, efforts } = gathering(40, 100);
    await Promise.all(['a', 'b', 'c', 'd'].map((key, item) => batcher.do(key, item)));
    const again = batcher.do('a', 4);
    // One of four is not begun again after the rest of one alone.
    await setTimeout(70);
    const together = batcher.do('a', 5);
    expect(await Promise.all([again, together])).toEqual([8, 10]);
    expect(efforts.at(-1)).toEqual({ key: 'a', items: [4, 5] });
  });

  it('fails for those alone whose own part fails, or for all where the effort does, and goes on afterwards', async () => {
    const { batcher } = gathering(1);
    const outcomes = await Promise.allSettled([batcher.do('a', 7), batcher.do('a', 8)]);
    expect(outcomes).toEqual([
      { status: 'rejected', reason: new Error('not 7') },
      { status: 'fulfilled', value: 16 },
    ]);
    const all = await Promise.allSettled([batcher.do('a', -1), batcher.do('a', 8)]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await batcher.do('a', 9)).toBe(18);
  });
});
