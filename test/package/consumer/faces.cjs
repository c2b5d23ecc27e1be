const { trace } = require('@opentelemetry/api');
const { expect, use } = require('chai');
const { traceTesting } = require('otel-span-cache/testing');
const { traceChai } = require('otel-span-cache/testing/chai');
const jest = require('otel-span-cache/testing/jest');
const node = require('otel-span-cache/testing/node');

/* A CommonJS module that uses the faces which need no runner. Prints what it found. */

use(traceChai);

const charge = () => trace.getTracer('consumer').startSpan('charge').end();

async function main() {
  const run = await traceTesting().run(charge);
  expect(run).to.have.span({ name: 'charge' });
  await expect(charge).to.emitSpan({ name: 'charge' });
  const state = { utils: { diff: () => '' } };
  const found = [jest.traceMatchers.toHaveSpan.call(state, run, { name: 'charge' }).pass];
  await jest.traced((scope) => {
    charge();
    found.push(scope === jest.currentScope(), scope.spans.length);
  })();
  await node.traced((t, scope) => {
    charge();
    found.push(t.name, scope === node.currentScope(), scope.spans.length);
  })({ name: 'charges' });
  console.log(JSON.stringify(found));
}

void main();
