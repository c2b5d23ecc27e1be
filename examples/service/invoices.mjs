/** A worker thread of the shop: writes invoices every few seconds. Its spans are relayed to the cache of the main thread. */
import { setTimeout as delay } from 'node:timers/promises';

import { trace } from '@opentelemetry/api';

const tracer = trace.getTracer('invoices');

for (;;) {
  await tracer.startActiveSpan('write invoices', async (batch) => {
    for (const order of [1, 2, 3]) {
      await tracer.startActiveSpan('render invoice', { attributes: { 'order.id': order } }, async (span) => {
        await delay(5 + order * 10);
        span.end();
      });
    }
    batch.end();
  });
  await delay(4_000);
}
