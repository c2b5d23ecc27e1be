import { AsyncLocalStorage } from 'node:async_hooks';
import { trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { currentScope } from 'otel-span-cache/testing/mocha';
import { checkout } from '../checkout.mjs';

/* Hooks that wait, before a test that waits. */

const entered = new AsyncLocalStorage();

beforeEach(async function () {
  await new Promise(setImmediate);
  trace.getTracer('shop').startSpan('set up').end();
  entered.enterWith(this.currentTest.title);
  await new Promise(setImmediate);
});

afterEach(async function () {
  await new Promise(setImmediate);
  if (this.currentTest.title.startsWith('has'))
    expect(names(this.traceScope)).to.deep.equal(['set up', 'checkout', 'charge']);
});

for (const amount of [1, 2]) {
  it(`has its own spans and the spans of its hooks: ${amount}`, async () => {
    await new Promise(setImmediate);
    await checkout(amount);

    expect(names(currentScope())).to.deep.equal(['set up', 'checkout', 'charge']);
    expect(currentScope().spans[2].attributes).to.deep.equal({ amount });
  });
}

it('is not where the hook entered a store of its own', async () => {
  expect(entered.getStore()).to.equal('is not where the hook entered a store of its own');
});

function names({ spans }) {
  return spans.map(({ name }) => name);
}
