import type { EventRow, SeenProcess, SpanRow } from '../../src/model/span-row.js';
import { toTraceRow } from '../../src/model/trace-rows.js';
import type { TraceRow } from '../../src/model/trace-row.js';

/* Rows for tests, of the members that a test is about. */

export const SHOP: SeenProcess = { id: 1, origin: 'host', service: 'shop', pid: 4711, resource: {} };
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

let lastId = 0;

export function spanRow(members: Partial<SpanRow> = {}): SpanRow {
  const id = ++lastId;
  return {
    id,
    process: SHOP,
    traceId: TRACE_ID,
    spanId: id.toString(16).padStart(16, '0'),
    parentSpanId: undefined,
    parentIsRemote: false,
    name: 'span',
    kind: 0,
    status: 0,
    statusMessage: undefined,
    start: 0,
    duration: 1,
    attributes: {},
    events: [],
    links: [],
    scope: 'test',
    scopeVersion: undefined,
    thread: undefined,
    dropped: { attributes: 0, events: 0, links: 0 },
    bytes: 1_000,
    ...members,
  };
}

export function childOf(parent: SpanRow, members: Partial<SpanRow> = {}): SpanRow {
  return spanRow({ parentSpanId: parent.spanId, traceId: parent.traceId, ...members });
}

export function traceRow(spans: readonly SpanRow[], members: Partial<TraceRow> = {}): TraceRow {
  return { ...toTraceRow(++lastId, spans[0]!.traceId, spans, true), ...members };
}

export function logEvent(body: string, members: Partial<EventRow> = {}): EventRow {
  const log = { severityNumber: 9, severityText: 'INFO', body };
  return { name: body, time: 0, attributes: {}, log, ...members };
}

export function exceptionEvent(type: string, message: string, stack?: string): EventRow {
  const stacktrace = stack === undefined ? {} : { 'exception.stacktrace': stack };
  const attributes = { 'exception.type': type, 'exception.message': message, ...stacktrace };
  return { name: 'exception', time: 0, attributes, log: undefined };
}
