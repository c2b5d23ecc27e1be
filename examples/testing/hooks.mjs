/** Root hooks of mocha: each test is a scope. */
export { mochaHooks } from 'otel-span-cache/testing/mocha';
