import { Graph } from '@espalier/tensorflow';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { selfTest, SelfTestError } from './self-test.js';

const threads = { intraOp: 1, interOp: 1 };

describe('the self-test of a device', () => {
  afterEach(() => vi.restoreAllMocks());

  it('passes where the device computes what it should, and leaves no graph open', async () => {
    const before = Graph.open;
    await selfTest(threads);
    expect(Graph.open).toBe(before);
  });

  it('fails where the device computes something else', async () => {
    // A broken device is not to be had: its answers are spoilt on their way.
    type Run = (this: Graph, ...args: Parameters<Graph['run']>) => ReturnType<Graph['run']>;
    const run = Object.getOwnPropertyDescriptor(Graph.prototype, 'run')?.value as Run;
    vi.spyOn(Graph.prototype, 'run').mockImplementation(async function (this: Graph, ...args) {
      const answers = await run.apply(this, args);
      for (const answer of answers) if (answer.data instanceof Float32Array) answer.data[0] += 0.5;
      return answers;
    });
    await expect(selfTest(threads)).rejects.toThrow(SelfTestError);
  });
});
