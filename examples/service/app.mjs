/** The shop's HTTP API. */
import { trace } from '@opentelemetry/api';
import express from 'express';

import { logger } from './logger.mjs';

/** @param {import('./orders.mjs').Orders} orders */
export function createApp(orders) {
  const app = express();
  app.use(express.json());

  app.get('/products', async (_request, response) => {
    response.json(await orders.products());
  });

  app.post('/orders', async (request, response) => {
    const order = await orders.place(request.body);
    response.status(201).location(`/orders/${order.id}`).json(order);
  });

  app.get('/customers/:name/orders', async (request, response) => {
    response.json(await orders.ofCustomer(request.params.name));
  });

  app.get('/orders/:id', async (request, response) => {
    const order = await orders.find(Number(request.params.id));
    if (order) {
      response.json(order);
    } else {
      logger.warn({ orderId: request.params.id }, 'no such order');
      response.status(404).json({ error: 'no such order' });
    }
  });

  app.use((error, _request, response, _next) => {
    const status = error.status ?? 500;
    if (status >= 500) {
      trace.getActiveSpan()?.recordException(error);
      logger.error({ status, reason: error.message }, 'request failed');
    } else {
      logger.warn({ status, reason: error.message }, 'request refused');
    }
    response.status(status).json({ error: error.message });
  });

  return app;
}
