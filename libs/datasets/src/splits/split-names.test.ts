import { describe, expect, it } from '@jest/globals';
import { readSplitName } from './split-names.js';

describe('readSplitName', () => {
  it.each([
    ['train', ['training'], []],
    ['Training', ['training'], []],
    ['VAL', ['validation'], []],
    ['dev', ['validation'], []],
    ['x_test', ['test'], ['x']],
    ['X_train', ['training'], ['x']],
    ['xtest', ['test'], ['x']],
    ['trainY', ['training'], ['y']],
    ['val-images', ['validation'], ['val', 'images'].slice(1)],
    ['testLabels', ['test'], ['labels']],
    ['mnist-test', ['test'], ['mnist']],
    ['cifar10-train.tfrecord-00000-of-00001', ['training'], ['cifar', 'tfrecord', 'of']],
    ['images', [], ['images']],
    ['contest', [], ['contest']],
    ['test-train', ['test', 'training'], []],
  ])('reads %s', (name, parts, words) => {
    expect(readSplitName(name)).toEqual({ parts, words });
  });
});
