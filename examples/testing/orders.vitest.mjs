/** With vitest. The setup file in vitest.config.mjs makes each test a scope. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traceTree } from 'otel-span-cache/testing';
import { currentScope } from 'otel-span-cache/testing/vitest';

import { startShop } from '../service/shop.mjs';
import { placeOrder } from './client.mjs';

let shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

describe('POST /orders', () => {
  it('charges the total price', async () => {
    const response = await placeOrder(shop.url, { card: 'visa', productId: 'teapot', quantity: 2 });
    const { totalCents } = await response.json();

    const trace = await currentScope().waitForTrace({ root: 'POST /orders' });
    expect(trace).toMatchTrace({
      kind: 'server',
      children: [{ name: 'charge card', attributes: { 'payment.amount_cents': totalCents } }],
    });
    expect(currentScope()).toHaveSpan({
      name: 'POST',
      kind: 'client',
      attributes: { 'url.path': '/v1/charges', 'server.port': expect.any(Number) },
    });
    expect(currentScope()).toHaveNoOpenSpans();
  });

  it('has this trace', async () => {
    await placeOrder(shop.url, { card: 'visa', productId: 'kettle', quantity: 1 });

    const trace = await currentScope().waitForTrace({ root: 'POST /orders' });
    expect(traceTree(trace, { attributes: 'none' })).toMatchInlineSnapshot(`
      "- POST /orders  [server]
          • info stock reserved
          • info order placed
        - pg.query:SELECT shop  [client]
        - pg.query:UPDATE shop  [client]
        - charge card
            • info card charged
          - POST  [client]
        - pg.query:BEGIN shop  [client]
        - pg.query:INSERT shop  [client]
        - pg.query:INSERT shop  [client]
        - pg.query:COMMIT shop  [client]
        - send receipt
            • info receipt queued
          - pg.query:INSERT shop  [client]"
    `);
  });
});
