// The arrows of ARCHITECTURE.md. Each rule has a fixture under test/dependency-fixtures that breaks
// it.
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
      name: 'networks-do-not-price',
      comment: 'Chips, networks and the energy model are put together in libs/pricing.',
      severity: 'error',
      from: { path: workspace('networks'), pathNot: '\\.test\\.ts$' },
      to: { path: '(^|/)(libs|apps)/', pathNot: '(^|/)libs/(networks|contracts|energy-model)/' },
    },
    {
      name: 'pricing-depends-on-networks-and-the-energy-model',
      severity: 'error',
      from: { path: workspace('pricing') },
      to: { path: '(^|/)(libs|apps)/', pathNot: '(^|/)libs/(pricing|networks|contracts|energy-model)/' },
    },
    {
      name: 'campaign-policy-is-pure',
      comment: 'Policy decides from what it is given: it reads no database, no file and no clock of its own.',
      severity: 'error',
      from: { path: workspace('campaign-policy'), pathNot: '\\.test\\.ts$' },
      to: {
        path: '(^|/)(libs|apps)/|@prisma/|^node:(fs|net|child_process)',
        pathNot: '(^|/)libs/(campaign-policy|contracts|pricing|pareto|energy-model)/',
      },
    },
    {
      name: 'machine-depends-on-nothing',
      comment: 'Set-up runs it before any package is installed.',
      severity: 'error',
      from: { path: workspace('machine') },
      to: { path: '(^|/)(libs|apps)/|node_modules/', pathNot: '(^|/)libs/machine/' },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: '(^|/)(libs|apps)/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '(^|/)(libs|apps)/[^/]+/src/testing/' },
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
