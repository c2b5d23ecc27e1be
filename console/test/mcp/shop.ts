import { context, SpanKind, SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api';
import type { Logger } from '@opentelemetry/api-logs';

/** Times of the spans are set by hand: the tests are not about the speed of a machine. */
export interface OrderOptions {
  readonly tracer: Tracer;
  readonly logger?: Logger;
  readonly route?: string;
  /** Statements one after the other, each of which takes 20 ms. */
  readonly queries?: number;
  readonly fails?: boolean;
  readonly attributes?: Record<string, string | number>;
}

/** A request of a shop: an endpoint that reads each item by a statement of its own, or all of them by one. */
export function order({
  tracer,
  logger,
  route = '/orders/:id',
  queries = 0,
  fails = false,
  attributes = {},
}: OrderOptions): Span {
  const start = Date.now() - 1_000;
  const root = tracer.startSpan(`GET ${route}`, {
    kind: SpanKind.SERVER,
    startTime: start,
    attributes: { 'http.route': route, 'http.request.method': 'GET', ...attributes },
  });
  const inRoot = trace.setSpan(context.active(), root);
  let at = start + 2;
  for (let index = 0; index < queries; index++) {
    const query = tracer.startSpan(
      'pg.query SELECT',
      {
        kind: SpanKind.CLIENT,
        startTime: at,
        attributes: { 'db.system.name': 'postgresql', 'db.query.text': `SELECT * FROM items WHERE id = ${index}` },
      },
      inRoot,
    );
    at += 20;
    query.end(at);
  }
  logger?.emit({
    body: `order with ${queries} items`,
    severityNumber: 9,
    severityText: 'INFO',
    timestamp: at,
    context: inRoot,
  });
  if (fails) {
    root.recordException(new RangeError('card 4711 declined'), at);
    root.setStatus({ code: SpanStatusCode.ERROR, message: 'card 4711 declined' });
  }
  root.setAttribute('http.response.status_code', fails ? 402 : 200);
  root.end(at + 3);
  return root;
}
