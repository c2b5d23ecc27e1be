/**
 * With jest. Instrumentations have no effect, because jest has its own module loader: the tests see the spans that the
 * shop starts in its own code. To see all spans, start the shop in another process, as outside.test.mjs does.
 */
import { traceTesting } from 'otel-span-cache/testing';

import { startShop } from '../service/shop.mjs';
import { placeOrder } from './client.mjs';

const tracing = traceTesting();

let shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(async () => {
  await shop.stop();
  await tracing.shutdown();
});

describe('POST /orders', () => {
  it('charges the card, and sends a receipt', async () => {
    const run = await tracing.run(() => placeOrder(shop.url, { card: 'visa', productId: 'kettle', quantity: 1 }));
    expect(run.result.status).toBe(201);

    await run.waitForSpan({ name: 'send receipt' });
    expect(run).toHaveSpan({ name: 'charge card', status: 'unset', attributes: { 'payment.attempts': 1 } });
    expect(run).toHaveNoOpenSpans();
  });

  it('sends no receipt if the card is declined', async () => {
    const run = await tracing.run(() => placeOrder(shop.url, { card: 'declined', productId: 'kettle', quantity: 1 }));
    expect(run.result.status).toBe(402);

    expect(run).toMatchTrace({ name: 'charge card', exception: { type: 'PaymentDeclinedError' } });
    expect(run).not.toHaveSpan({ name: 'send receipt' });
  });

  it('retries a provider that fails once', async () => {
    await expect(() => placeOrder(shop.url, { card: 'flaky', productId: 'teapot', quantity: 1 })).toEmitSpan({
      name: 'charge card',
      attributes: { 'payment.attempts': 2, 'payment.amount_cents': expect.any(Number) },
    });
  });
});
