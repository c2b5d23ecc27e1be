import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';

/* The load of the benchmarks: traces of a web shop, by the real SDK. */

export const SPANS_PER_ORDER = 6;

const ROUTES = ['/orders', '/orders/:id', '/products', '/products/:id', '/carts/:id'];

/** One trace of six spans: a request, three statements, a call of another service, and one step inside. */
export function order(tracer: Tracer, number: number): void {
  const start = Date.now() - 50;
  const duration = 20 + (number % 97) * 2;
  const fails = number % 50 === 0;
  const root = tracer.startSpan(
    `GET ${ROUTES[number % ROUTES.length]!}`,
    {
      kind: SpanKind.SERVER,
      startTime: start,
      attributes: {
        'http.request.method': 'GET',
        'http.route': ROUTES[number % ROUTES.length]!,
        'url.path': `/orders/${number}`,
        'user.id': `u${number % 5_000}`,
      },
    },
    ROOT_CONTEXT,
  );
  const inside = trace.setSpan(ROOT_CONTEXT, root);
  const step = (name: string, kind: SpanKind, at: number, millis: number, attributes: Record<string, string>) =>
    tracer.startSpan(name, { kind, startTime: start + at, attributes }, inside).end(start + at + millis);
  for (let query = 0; query < 3; query++) {
    step('pg.query SELECT', SpanKind.CLIENT, query * 3, 2, {
      'db.system.name': 'postgresql',
      'db.query.text': `SELECT * FROM order_items WHERE order_id = ${number} AND line = ${query}`,
    });
  }
  step('charge card', SpanKind.CLIENT, 10, 5, { 'server.address': 'payments.internal', 'http.request.method': 'POST' });
  step('render', SpanKind.INTERNAL, 16, 3, { template: `orders/${number % 20}` });
  root.setAttribute('http.response.status_code', fails ? 500 : 200);
  if (fails) {
    root.recordException(new Error(`card ${number} was declined`), start + 15);
    root.setStatus({ code: SpanStatusCode.ERROR, message: 'payment failed' });
  }
  root.end(start + duration);
}
