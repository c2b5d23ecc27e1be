/** Root hooks of mocha, which make each test a scope. */
export { mochaHooks } from 'otel-span-cache/testing/mocha';
