/* Mocha looks for a package from where mocha is; this one is found from here. */
export { mochaHooks } from 'otel-span-cache/testing/mocha';
