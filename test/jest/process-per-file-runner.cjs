// Runs one test file at a time, each in a process of its own: servers keep their ports, and a
// native addon is loaded into one context only.
const { default: TestRunner } = require('jest-runner');

module.exports = class extends TestRunner {
  constructor(globalConfig, context) {
    // A worker over its idle limit is replaced before the next file: any worker is over this one.
    super({ ...globalConfig, maxWorkers: 1, workerIdleMemoryLimit: 1 }, context);
  }

  runTests(tests, watcher, options) {
    return super.runTests(tests, watcher, { ...options, serial: false });
  }
};
