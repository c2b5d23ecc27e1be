import { it as nodeTest } from 'node:test';
import { expect, use } from 'chai';
import { traceTesting } from 'otel-span-cache/testing';
import { traceChai } from 'otel-span-cache/testing/chai';
import { mochaHooks } from 'otel-span-cache/testing/mocha';
import { traced } from 'otel-span-cache/testing/node';

/* Uses the additions to the types of mocha, chai and node:test. It is type-checked as ES module and as CommonJS. */

use(traceChai);

export const hooks: Mocha.RootHookObject = mochaHooks;

it('charges', async function () {
  expect(this.traceScope).to.have.span({ name: 'charge', times: 2 }).and.to.have.openSpans(0);
  expect(await traceTesting().run(() => 1)).to.matchTrace(
    { name: 'checkout', children: [{ name: /^charge/ }] },
    { exact: true },
  );
  await expect(() => undefined).to.not.emitSpan({ name: 'charge' }, { timeoutMillis: 1 });
  // @ts-expect-error: patterns are checked
  expect(this.traceScope).to.have.span({ nam: 'charge' });
});

void nodeTest(
  'charges',
  traced((t, scope) => {
    t.diagnostic(scope.name);
    t.assert.hasSpan(scope, { name: 'charge' });
  }),
);
