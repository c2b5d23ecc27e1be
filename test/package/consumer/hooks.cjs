/* Mocha looks for a package from where mocha is; this one is found from here. */
module.exports = { mochaHooks: require('otel-span-cache/testing/mocha').mochaHooks };
