// The arrows of ARCHITECTURE.md. Each rule has a fixture under test/dependency-fixtures that breaks it.
const workspace = (names) => `(^|/)(libs|apps)/(${names})/`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { pathNot: '/generated/' } } },
    {
      name: 'energy-model-depends-on-nothing',
      comment: 'It is published by itself and runs in a browser.',
      severity: 'error',
      from: { path: workspace('energy-model'), pathNot: '\\.test\\.ts$' },
      to: { pathNot: '(^|/)libs/energy-model/' },
    },
    {
      name: 'pareto-and-random-depend-on-no-other-part',
      severity: 'error',
      from: { path: workspace('pareto|random'), pathNot: '\\.test\\.ts$' },
      to: { path: '(^|/)(libs|apps)/', pathNot: '(^|/)libs/(pareto|random)/' },
    },
    {
      name: 'contracts-depend-on-the-energy-model-alone',
      severity: 'error',
      from: { path: workspace('contracts') },
      to: { path: '(^|/)(libs|apps)/', pathNot: '(^|/)libs/(contracts|energy-model)/' },
    },
    {
      name: 'libs-do-not-import-apps',
      severity: 'error',
      from: { path: '(^|/)libs/' },
      to: { path: '(^|/)apps/' },
    },
    {
      name: 'apps-do-not-import-each-other',
      severity: 'error',
      from: { path: '(^|/)apps/([^/]+)/' },
      to: { path: '(^|/)apps/', pathNot: '(^|/)apps/$2/' },
    },
    {
      name: 'workflows-import-only-contracts',
      comment: 'Workflow code is bundled and replayed: what it imports must be deterministic.',
      severity: 'error',
      from: { path: workspace('workflows'), pathNot: '\\.test\\.ts$' },
      to: { pathNot: '(^|/)libs/(workflows|contracts)/|@temporalio/(workflow|common)' },
    },
    {
      name: 'search-does-not-meet-the-store',
      severity: 'error',
      from: { path: workspace('search') },
      to: { path: workspace('store|workflows|training|pruning|embedded') },
    },
    {
      name: 'pruning-does-not-meet-tensorflow',
      comment: 'Criteria are plain arithmetic over statistics; who collects those is up to the worker.',
      severity: 'error',
      from: { path: workspace('pruning') },
      to: { path: '(^|/)libs/(tensorflow|training)/|@tensorflow/' },
    },
    {
      name: 'only-the-store-meets-prisma',
      severity: 'error',
      from: { pathNot: '(^|/)libs/store/|(^|/)prisma\\.config' },
      to: { path: '@prisma/|^prisma/|/generated/' },
    },
    {
      name: 'the-worker-does-not-meet-the-store',
      comment: 'A GPU machine reaches Temporal, the API and the artifacts, and no database.',
      severity: 'error',
      from: { path: workspace('gpu-worker|training|pruning'), pathNot: '\\.test\\.ts$' },
      to: { path: workspace('store') },
    },
    {
      name: 'the-api-does-not-train',
      severity: 'error',
      from: { path: workspace('api|orchestrator') },
      to: { path: workspace('training|tensorflow|pruning') },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|build)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default'],
    },
  },
};
