const { availableParallelism } = require('node:os');

/*
 * The configuration of mocha for many test files at once. mocha itself would leave one core idle: of two, that is half.
 * Two files more than there are cores, because some wait for most of their time: for heartbeats, time limits, and traces
 * to settle. These are files of the console, which start first, so that none of them is waited for at the end.
 *
 * 64 MB for young objects take a twentieth off the CPU time: most objects of a test die with it.
 */

module.exports = {
  ...require('../.mocharc.json'),
  parallel: true,
  jobs: availableParallelism() + 2,
  'node-option': ['max-semi-space-size=64'],
};
