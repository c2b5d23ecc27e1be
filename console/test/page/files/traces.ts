import { detailOf } from '../../../src/api/trace-detail.js';
import type { SeenProcess } from '../../../src/model/span-row.js';
import type { TraceRow } from '../../../src/model/trace-row.js';
import type { SavedTrace } from '../../../page/files/saved-trace.js';
import { childOf, exceptionEvent, logEvent, spanRow, traceRow } from '../../model/rows.js';

/* Traces with all that a file can hold. */

const START = 1_781_000_000_000;
const WEB: SeenProcess = {
  id: 1,
  origin: 'host',
  service: 'shop',
  pid: 4711,
  resource: { 'service.name': 'shop', 'process.pid': 4711 },
};
const WORKER: SeenProcess = { ...WEB, id: 2, service: 'worker', resource: { 'service.name': 'worker' } };

const NO_STACKS = { percentileOf: () => undefined, stackOf: () => undefined };

export function savedTrace(row: TraceRow): SavedTrace {
  return detailOf(row, NO_STACKS);
}

/** A request that fails, a job that it starts in another process, and calls that run at the same time. */
export function checkout(): SavedTrace {
  const root = spanRow({
    process: WEB,
    name: 'POST /checkout',
    kind: 1,
    status: 2,
    statusMessage: 'card declined',
    start: START + 0.25,
    duration: 209.000_001,
    attributes: {
      'http.route': '/checkout',
      'http.response.status_code': 402,
      ratio: 0.25,
      cached: false,
      large: 2 ** 60,
      ['__proto__']: 'a key like any other',
    },
    scope: '@opentelemetry/instrumentation-http',
    scopeVersion: '0.223.0',
    dropped: { attributes: 3, events: 2, links: 1 },
    events: [
      {
        ...exceptionEvent('PaymentError', 'card declined', 'PaymentError: card declined\n    at pay'),
        time: START + 7.5,
      },
      logEvent('stock reserved', { time: START + 12, attributes: { 'stock.items': 3 } }),
      {
        name: 'charge.failed',
        time: START + 13,
        attributes: {},
        log: { severityNumber: undefined, severityText: undefined, body: 'charge failed' },
      },
    ],
  });
  const calls = [0, 1, 2].map((number) =>
    childOf(root, { process: WEB, name: `call ${number}`, kind: 2, start: START + 10, duration: 40 + number }),
  );
  const query = childOf(calls[0]!, {
    process: WEB,
    name: 'pg.query SELECT',
    kind: 2,
    status: 1,
    start: START + 12,
    duration: 3,
    attributes: { 'db.query.text': 'SELECT "a" FROM b WHERE c = \'<script>\'' },
  });
  const job = childOf(root, {
    process: WORKER,
    name: 'job: mail',
    kind: 4,
    start: START + 60,
    duration: 0.002,
    attributes: { 'thread.id': 7 },
    thread: 7,
    links: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), attributes: {} }],
  });
  return savedTrace(traceRow([root, ...calls, query, job]));
}

/** Attributes that OTLP can hold, and Jaeger not. */
export function withLists(): SavedTrace {
  const link = { traceId: '3'.repeat(32), spanId: '4'.repeat(16), attributes: { 'link.reason': 'batch' } };
  const attributes = { list: ['a', 'b'], numbers: [1, 2.5], empty: [] };
  return savedTrace(traceRow([spanRow({ process: WEB, start: START, attributes, links: [link] })]));
}

/** One span of its own trace. */
export function another(): SavedTrace {
  return savedTrace(
    traceRow([
      spanRow({ process: WEB, traceId: 'ab'.repeat(16), name: 'GET /', kind: 1, start: START + 500, duration: 4 }),
    ]),
  );
}
