import { describe, expect, it } from '@jest/globals';
import { isTransient } from './attempt-errors.js';

describe('isTransient', () => {
  it.each([
    'ENOSPC: no space left on device, write',
    'connect ECONNREFUSED 127.0.0.1:7835',
    'fetch failed',
    'read ESTALE',
    'getaddrinfo EAI_AGAIN api',
  ])('is true of what passes by itself: %s', (message) => {
    expect(isTransient(message)).toBe(true);
  });

  it.each(["Duplicate node name in graph: 'conv2d_1'", 'x is not a function', 'ENOTDIR: not a directory'])(
    'is false of what comes again: %s',
    (message) => {
      expect(isTransient(message)).toBe(false);
    },
  );
});
