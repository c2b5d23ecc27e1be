import { it } from 'node:test';
import { traced } from 'otel-span-cache/testing/node';
import { checkout, leak } from '../checkout.mjs';

/* For a Node whose `t.assert` can be added to. */

it(
  'passes',
  traced(async (t, scope) => {
    await checkout(1);
    t.assert.matchesTrace(scope, { name: 'checkout', children: [{ name: 'charge' }] });
    t.assert.hasSpan(scope, { name: 'charge' });
    t.assert.hasNoOpenSpans(scope);
    await t.assert.emitsSpan(() => checkout(2), { name: 'charge', attributes: { amount: 2 } });
  }),
);

it(
  'fails in matchesTrace',
  traced(async (t, scope) => {
    await checkout(1);
    t.assert.matchesTrace(scope, { name: 'charge' });
  }),
);

it(
  'fails in hasSpan',
  traced(async (t, scope) => {
    await checkout(1);
    t.assert.hasSpan(scope, { name: 'refund' });
  }),
);

it(
  'fails in hasNoOpenSpans',
  traced((t, scope) => {
    leak();
    t.assert.hasNoOpenSpans(scope);
  }),
);

it(
  'fails in emitsSpan',
  traced(async (t) => {
    await t.assert.emitsSpan(() => checkout(1), { name: 'charge', attributes: { amount: 2 } });
  }),
);
