import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CandidateWindow } from './candidate-window.js';

describe('CandidateWindow', () => {
  it('counts a candidate as finished once, however often its message comes', () => {
    const window = new CandidateWindow();
    window.start(['a', 'b']);
    window.receive(['a']);
    window.receive(['a', 'c']);
    expect(window.takeMessages()).toEqual(['a', 'a', 'c']);
    expect(window.hasMessages).toBe(false);
    window.finish(['a', 'a', 'c']);
    expect([window.running, window.finished, window.started]).toEqual([['b'], 1, 2]);
  });

  it('starts again those that it released', () => {
    const window = new CandidateWindow();
    window.start(['a']);
    window.clear();
    expect([window.size, window.has('a'), window.finished]).toEqual([0, false, 0]);
    window.start(['a']);
    expect(window.running).toEqual(['a']);
  });

  it('runs what it started and did not finish', () => {
    const ids = fc.subarray(['a', 'b', 'c', 'd', 'e']);
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, ids)), (steps) => {
        const window = new CandidateWindow();
        const running = new Set<string>();
        for (const [started, finished] of steps) {
          window.start(started.filter((id) => !running.has(id)));
          for (const id of started) running.add(id);
          window.finish(finished);
          for (const id of finished) running.delete(id);
        }
        expect(new Set(window.running)).toEqual(running);
        expect(window.started - window.finished).toBe(window.size);
      }),
    );
  });
});
