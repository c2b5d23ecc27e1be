/** With node:test. `traced()` makes each test a scope, which owns the spans of the requests that the test sends. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertLog, assertNoSpan, assertTrace } from 'otel-span-cache/testing';
import { traced } from 'otel-span-cache/testing/node';

import { startShop } from '../service/shop.mjs';
import { placeOrder } from './client.mjs';

let shop;
before(async () => {
  shop = await startShop();
});
after(() => shop.stop());

test(
  'an order is charged, written, and confirmed',
  traced(async (_t, scope) => {
    const response = await placeOrder(shop.url, { card: 'visa', productId: 'kettle', quantity: 2 });
    assert.equal(response.status, 201);

    // The trace is complete once the receipt has been sent, which is after the response.
    const trace = await scope.waitForTrace({ root: 'POST /orders' });
    assertTrace(trace, {
      kind: 'server',
      attributes: { 'http.route': '/orders', 'http.response.status_code': 201 },
      children: [
        { name: 'charge card', attributes: { 'payment.amount_cents': 11_800, 'payment.attempts': 1 } },
        { kind: 'client', attributes: { 'db.query.text': /^INSERT INTO orders / } },
        { kind: 'client', attributes: { 'db.query.text': /^INSERT INTO order_lines / } },
        { name: 'send receipt', children: [{ attributes: { 'db.query.text': /^INSERT INTO receipts / } }] },
      ],
      not: { descendants: [{ status: 'error' }] },
    });
  }),
);

test(
  'a provider that fails once is retried',
  traced(async (_t, scope) => {
    const response = await placeOrder(shop.url, { card: 'flaky', productId: 'teapot', quantity: 1 });
    assert.equal(response.status, 201);

    const trace = await scope.waitForTrace({ root: 'POST /orders' });
    assertTrace(trace, {
      name: 'POST /orders',
      children: [
        {
          name: 'charge card',
          status: 'unset',
          attributes: { 'payment.attempts': 2 },
          children: [
            { kind: 'client', attributes: { 'http.response.status_code': 503 } },
            { kind: 'client', attributes: { 'http.response.status_code': 201 } },
          ],
        },
      ],
    });
    assertLog(scope, {
      severity: 'warn',
      body: /trying again/,
      attributes: { attempt: 1, failure: 'HTTP 503' },
      span: { name: 'charge card' },
    });
  }),
);

test(
  'an order that exceeds the stock is not charged',
  traced(async (_t, scope) => {
    const response = await placeOrder(shop.url, { card: 'visa', productId: 'sencha', quantity: 99 });
    assert.equal(response.status, 409);

    await scope.waitForTrace({ root: 'POST /orders' });
    assertNoSpan(scope, { name: 'charge card' });
  }),
);
