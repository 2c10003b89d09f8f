import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { assignSplits, checkSplits, countSplits, type Part } from './assign-splits.js';

const labels = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 400 });

describe('assignSplits', () => {
  it('cuts a tenth of each class, as near as whole images allow, whatever the order', () => {
    fc.assert(
      fc.property(labels, fc.boolean(), (all, isSorted) => {
        const order = isSorted ? [...all].sort() : all;
        const parts = assignSplits(order.map((label) => ({ label })));
        expect(assignSplits(order.map((label) => ({ label })))).toEqual(parts);
        const counts = countSplits(order, parts, 6);
        for (let label = 0; label < 6; label++) {
          const size = order.filter((each) => each === label).length;
          for (const part of ['validation', 'test'] as const) {
            if (size < 3) expect(counts[part][label]).toBe(0);
            else {
              expect(counts[part][label]).toBeGreaterThanOrEqual(Math.max(1, Math.floor(size / 10)));
              expect(counts[part][label]).toBeLessThanOrEqual(Math.max(1, Math.ceil(size / 10)));
            }
          }
        }
      }),
    );
  });

  it('leaves the splits that there are, and cuts the missing ones from the training images alone', () => {
    fc.assert(
      fc.property(labels, fc.constantFrom<Part>('validation', 'test'), (all, given) => {
        const images = [
          ...all.map((label) => ({ label, part: 'training' as const })),
          ...all.map((label) => ({ label, part: given })),
        ];
        const parts = assignSplits(images);
        expect(parts.slice(all.length).every((part) => part === given)).toBe(true);
        expect(parts.slice(0, all.length)).not.toContain(given);
      }),
    );
  });
});

describe('checkSplits', () => {
  it('names the classes that a split has no image of, and refuses one to learn nothing from', () => {
    const counts = { training: [5, 5, 5], validation: [1, 0, 1], test: [1, 1, 0] };
    expect(checkSplits('d', ['cat', 'dog', 'eel'], counts)).toEqual([
      'validation has no image of dog',
      'test has no image of eel',
    ]);
    expect(() => checkSplits('d', ['cat', 'dog', 'eel'], { ...counts, training: [5, 0, 5] })).toThrow(
      'd: class dog has no image to learn from',
    );
    expect(() => checkSplits('d', ['cat', 'dog', 'eel'], { ...counts, test: [0, 0, 0] })).toThrow(
      'd has no image for test; more images are needed',
    );
  });
});
