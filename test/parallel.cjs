const { availableParallelism } = require('node:os');

/* The configuration of mocha for many test files at once. mocha itself would leave one core idle: of two, that is half. */

module.exports = { ...require('../.mocharc.json'), parallel: true, jobs: availableParallelism() + 1 };
