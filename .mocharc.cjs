const { availableParallelism } = require('node:os');

/* For all tests. Which of them run, and whether in parallel, is in the scripts of package.json. */

module.exports = {
  ignore: ['**/node_modules/**', 'test/**/.run/**'],
  extension: ['ts'],
  require: ['tsx', './test/hooks.ts'],
  timeout: 20_000,
  // mocha itself leaves one processor idle, of two that is half of them.
  jobs: Math.max(2, availableParallelism()),
};
