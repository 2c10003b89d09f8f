// Tests run on the sources: packages resolve by their `source` condition, so that a test needs no
// build of what it imports.
const INTEGRATION = '\\.integration\\.test\\.ts$';
const NOT_SOURCES = ['/node_modules/', '/dist/', '/generated/'];

const project = {
  rootDir: import.meta.dirname,
  testEnvironment: '<rootDir>/test/jest/plain-context-environment.cjs',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  setupFilesAfterEnv: ['<rootDir>/test/jest/set-timeout.mjs'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'cjs', 'json', 'node'],
  resolver: '<rootDir>/test/jest/resolve-sources.cjs',
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/test/dependency-fixtures/', '<rootDir>/.*/dist/'],
  testPathIgnorePatterns: NOT_SOURCES,
  watchPathIgnorePatterns: NOT_SOURCES,
};

const real = { ...project, runner: '<rootDir>/test/jest/process-per-file-runner.cjs' };

export default {
  projects: [
    {
      ...project,
      displayName: 'unit',
      globals: { TEST_TIMEOUT_MS: 60_000 },
      testMatch: ['<rootDir>/{libs,apps}/**/*.test.ts'],
      testPathIgnorePatterns: [...NOT_SOURCES, INTEGRATION],
    },
    {
      ...real,
      displayName: 'integration',
      globals: { TEST_TIMEOUT_MS: 120_000 },
      testMatch: ['<rootDir>/{libs,apps,test}/**/*.integration.test.ts'],
    },
    {
      ...real,
      displayName: 'end-to-end',
      globals: { TEST_TIMEOUT_MS: 600_000 },
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [...NOT_SOURCES, INTEGRATION],
    },
  ],
  maxWorkers: '100%',
  coverageProvider: 'v8',
  coverageReporters: ['text-summary'],
  // A few points below what the unit tests covered on 2026-12-01. libs/store, libs/logging and
  // libs/tracing are covered by integration tests alone.
  coverageThreshold: Object.fromEntries(
    Object.entries({
      artifacts: 88,
      'campaign-policy': 78,
      contracts: 94,
      datasets: 88,
      embedded: 30,
      'energy-model': 95,
      networks: 79,
      pareto: 96,
      pricing: 87,
      pruning: 93,
      random: 97,
      search: 94,
      tensorflow: 29,
      training: 33,
      workflows: 8,
    }).map(([library, lines]) => [`./libs/${library}/src/`, { lines }]),
  ),
  collectCoverageFrom: ['libs/*/src/**/*.ts', '!**/*.test.ts', '!**/testing/**', '!**/generated/**'],
};
