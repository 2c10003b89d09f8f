import { defineConfig } from 'vitest/config';

const INTEGRATION = '**/*.integration.test.ts';
const END_TO_END = 'test/**/*.test.ts';
const EXCLUDE = ['**/node_modules/**', '**/dist/**'];

// Packages resolve to their sources here, so that a unit test needs no build.
const sources = { ssr: { resolve: { conditions: ['source', 'node'] } } };
const real = { pool: 'forks' as const, fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    // All cores: by default one is left idle, which is half of a small machine.
    maxWorkers: '100%',
    projects: [
      {
        ...sources,
        test: {
          name: 'unit',
          testTimeout: 60_000,
          include: ['{libs,apps}/**/*.test.ts'],
          exclude: [...EXCLUDE, INTEGRATION],
          pool: 'forks',
          // Unit tests are of what keeps no state, so that a module is loaded once for the files of
          // a process, not for each of them.
          isolate: false,
        },
      },
      { ...sources, test: { name: 'integration', include: [INTEGRATION], exclude: EXCLUDE, ...real } },
      {
        ...sources,
        test: {
          name: 'end-to-end',
          include: [END_TO_END],
          exclude: [...EXCLUDE, INTEGRATION],
          ...real,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
