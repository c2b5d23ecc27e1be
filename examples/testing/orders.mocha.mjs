/** With mocha and chai. The root hooks in hooks.mjs make each test a scope. */
import { expect, use } from 'chai';
import { traceChai } from 'otel-span-cache/testing/chai';
import { currentScope } from 'otel-span-cache/testing/mocha';

import { startShop } from '../service/shop.mjs';
import { placeOrder } from './client.mjs';

use(traceChai);

describe('POST /orders', () => {
  let shop;
  before(async () => {
    shop = await startShop();
  });
  after(() => shop.stop());

  describe('with a card that is declined', () => {
    it('responds with 402, and records the reason on the span of the charge', async () => {
      const response = await placeOrder(shop.url, { card: 'declined', productId: 'kettle', quantity: 1 });
      expect(response.status).to.equal(402);

      const trace = await currentScope().waitForTrace({ root: 'POST /orders' });
      expect(trace).to.matchTrace({
        attributes: { 'http.response.status_code': 402 },
        children: [
          {
            name: 'charge card',
            status: 'error',
            exception: { type: 'PaymentDeclinedError', message: /insufficient funds/ },
            children: [{ kind: 'client', attributes: { 'http.response.status_code': 402 } }],
          },
        ],
      });
    });

    it('releases the reserved stock, and writes no order', async () => {
      await placeOrder(shop.url, { card: 'declined', productId: 'kettle', quantity: 1 });

      await currentScope().waitForTrace({ root: 'POST /orders' });
      expect(currentScope()).to.have.span({ attributes: { 'db.query.text': /^UPDATE products/ }, times: 2 });
      expect(currentScope()).to.not.have.span({ attributes: { 'db.query.text': /^INSERT/ } });
      expect(currentScope()).to.have.openSpans(0);
    });
  });

  it('rejects an unknown product before it touches the stock', async () => {
    const response = await placeOrder(shop.url, { card: 'visa', productId: 'gold', quantity: 1 });
    expect(response.status).to.equal(400);

    const trace = await currentScope().waitForTrace({ root: 'POST /orders' });
    expect(trace).to.matchTrace({
      events: [{ name: 'request refused', attributes: { reason: 'no such product: gold' } }],
    });
    expect(trace).to.not.have.span({ attributes: { 'db.query.text': /^UPDATE/ } });
  });
});
