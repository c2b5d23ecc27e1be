import { SpanKind, SpanStatusCode, trace, context } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** Spans of an order: a request and nine queries. */
export const SPANS_PER_ORDER = 10;

/** A key that each span has once. */
export const SPAN_KEY = 'app.order.id';

/** Stands in each id, so that copies of a request can get ids of their own. */
export const MARKER = 'feedc0de';

/** Spans of some requests of a shop, with four attributes each, ended by the SDK. Their ids begin with the marker. */
export function ordersOf(count: number): ReadableSpan[] {
  const ended: ReadableSpan[] = [];
  let ids = 0;
  const next = () => (++ids).toString(16).padStart(8, '0');
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop', 'service.version': '1.0.0' }),
    idGenerator: {
      generateTraceId: () => `${MARKER}${next()}${MARKER}${next()}`,
      generateSpanId: () => `${MARKER}${next()}`,
    },
    spanProcessors: [
      {
        onStart: () => {},
        onEnd: (span) => void ended.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });
  const tracer = provider.getTracer('shop');
  for (let order = 0; order < count; order++) {
    const request = tracer.startSpan('GET /orders/:id', {
      kind: SpanKind.SERVER,
      root: true,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/orders/:id',
        'http.response.status_code': 200,
        [SPAN_KEY]: order,
      },
    });
    const inside = trace.setSpan(context.active(), request);
    for (let query = 1; query < SPANS_PER_ORDER; query++) {
      const attributes = {
        'db.system.name': 'postgresql',
        'db.query.text': 'SELECT name, price FROM items WHERE order_id = $1',
        'server.address': 'db.internal',
        [SPAN_KEY]: order,
      };
      tracer.startSpan('SELECT items', { kind: SpanKind.CLIENT, attributes }, inside).end();
    }
    request.setStatus({ code: SpanStatusCode.UNSET });
    request.end();
  }
  return ended;
}
