import type { Attributes } from '@opentelemetry/api';
import type { EventRow, LogRow, SeenProcess, SpanRow } from '../../src/model/span-row.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import type { SelfOf } from '../../src/query/index.js';

export const PROCESS: SeenProcess = {
  id: 1,
  origin: 'host',
  service: 'shop',
  pid: 4711,
  resource: { 'service.name': 'shop', 'deployment.environment': 'staging', 'odd key': 'x' },
};

let lastId = 0;

/** A span, with its parent by name of its id. */
export function spanRow(fields: Partial<SpanRow> = {}): SpanRow {
  const id = ++lastId;
  return {
    id,
    process: PROCESS,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: id.toString(16).padStart(16, '0'),
    parentSpanId: undefined,
    parentIsRemote: false,
    name: 'GET /orders',
    kind: 0,
    status: 0,
    statusMessage: undefined,
    start: Date.parse('2026-03-01T14:06:31.204Z'),
    duration: 10,
    attributes: {},
    events: [],
    links: [],
    scope: 'app',
    scopeVersion: undefined,
    thread: undefined,
    dropped: { attributes: 0, events: 0, links: 0 },
    bytes: 200,
    ...fields,
  };
}

export function traceRow(...spans: SpanRow[]): TraceRow {
  const root = spans[0]!;
  return {
    id: ++lastId,
    traceId: root.traceId,
    complete: true,
    root,
    spans,
    start: root.start,
    duration: root.duration,
    failed: spans.filter(({ status }) => status === 2).length,
    logs: 0,
  };
}

/** A log event of a span. */
export function logEvent(body: string, severityNumber?: number, attributes: Attributes = {}): EventRow {
  return { name: body, time: 1_000, attributes, log: { severityNumber, severityText: undefined, body } };
}

/** A log record without a span. */
export function logRow(event: EventRow): LogRow {
  return {
    id: ++lastId,
    process: PROCESS,
    time: event.time,
    event,
    traceId: undefined,
    spanId: undefined,
    reason: 'no_span',
  };
}

/** Self time is half of the duration. */
export const halfOfDuration: SelfOf = ({ spans }) => new Map(spans.map(({ id, duration }) => [id, duration / 2]));

/** `size` spans: a request, and below it statements and calls, some of them failed. */
export function bigTrace(size: number, shape: 'wide' | 'deep' = 'wide'): TraceRow {
  const spans: SpanRow[] = [];
  for (let index = 0; index < size; index++) {
    const parent = index === 0 ? undefined : spans[shape === 'wide' ? 0 : index - 1]!;
    const isDatabase = index % 3 === 1;
    spans.push(
      spanRow({
        parentSpanId: parent?.spanId,
        name: isDatabase ? 'pg.query SELECT' : index % 10 === 0 ? 'GET /orders/:id' : `step ${index % 50}`,
        kind: isDatabase ? 2 : index % 10 === 0 ? 1 : 0,
        status: index % 17 === 0 ? 2 : 0,
        duration: (index * 7) % 400,
        attributes: isDatabase
          ? {
              'db.system.name': 'postgresql',
              'db.query.text': `SELECT * FROM orders WHERE id = ${index} AND customer = $1`,
              'server.address': 'db.internal',
              'server.port': 5432,
            }
          : {
              'http.request.method': 'GET',
              'http.route': index % 2 === 0 ? '/orders' : '/orders/:id',
              'http.response.status_code': index % 17 === 0 ? 500 : 200,
              'url.path': `/orders/${index}`,
              'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64)',
            },
        events: index % 20 === 0 ? [logEvent(`stock of ${index} reserved`, 9, { sku: `A${index}` })] : [],
      }),
    );
  }
  return traceRow(...spans);
}
