const { trace } = require('@opentelemetry/api');
const { expect, use } = require('chai');
const { traceChai } = require('otel-span-cache/testing/chai');
const { currentScope } = require('otel-span-cache/testing/mocha');

/* CommonJS tests in mocha. */

use(traceChai);

for (const name of ['charge', 'refund']) {
  it(`has its own span: ${name}`, async () => {
    await new Promise(setImmediate);
    trace.getTracer('consumer').startSpan(name).end();

    expect(currentScope()).to.have.span({ name, times: 1 });
    expect(currentScope().spans).to.have.length(1);
  });
}
