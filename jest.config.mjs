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
};
