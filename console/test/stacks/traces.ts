import type { SeenProcess, SpanRow } from '../../src/model/span-row.js';
import type { TraceRow } from '../../src/model/trace-row.js';

/** Noon of some day: the start of most tests. */
export const NOON = Date.UTC(2030, 5, 1, 12);

export const SHOP: SeenProcess = {
  id: 1,
  origin: 'host',
  service: 'shop',
  pid: 4711,
  resource: { 'service.version': '1.2' },
};

let lastId = 0;

/** A span in short: children run within it, from `at` milliseconds after the start of the trace. */
export interface Sketch extends Partial<Omit<SpanRow, 'start'>> {
  readonly name: string;
  readonly at?: number;
  readonly children?: readonly Sketch[];
}

export function hexOf(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}

export function newTraceId(): string {
  return hexOf(++lastId, 32);
}

/** A trace of one local root, which started at this time. Spans take 10 ms unless they say otherwise. */
export function traceOf(sketch: Sketch, start = NOON, traceId = newTraceId()): TraceRow {
  const spans: SpanRow[] = [];
  addSpan(spans, sketch, start, traceId, sketch.parentSpanId);
  return partOf(spans, traceId);
}

/** A part of a trace with exactly these spans. */
export function partOf(spans: SpanRow[], traceId: string): TraceRow {
  const start = spans.reduce((first, span) => Math.min(first, span.start), Infinity);
  const end = spans.reduce((last, span) => Math.max(last, span.start + span.duration), -Infinity);
  return {
    id: ++lastId,
    traceId,
    complete: true,
    root: spans[0]!,
    spans: inOrder(spans),
    start,
    duration: end - start,
    failed: spans.filter(({ status }) => status === 2).length,
    logs: 0,
  };
}

/** By start, parents before children: a stable sort keeps a parent before a child that started with it. */
function inOrder(spans: readonly SpanRow[]): SpanRow[] {
  return spans.toSorted((a, b) => a.start - b.start);
}

function addSpan(
  into: SpanRow[],
  { at = 0, children = [], ...given }: Sketch,
  start: number,
  traceId: string,
  parentSpanId: string | undefined,
): void {
  const id = ++lastId;
  const span: SpanRow = {
    id,
    process: SHOP,
    traceId,
    spanId: hexOf(id, 16),
    parentIsRemote: false,
    kind: 0,
    status: 0,
    statusMessage: undefined,
    start: start + at,
    duration: 10,
    attributes: {},
    events: [],
    links: [],
    scope: 'test',
    scopeVersion: undefined,
    thread: undefined,
    dropped: { attributes: 0, events: 0, links: 0 },
    bytes: 400,
    ...given,
    parentSpanId,
  };
  into.push(span);
  for (const child of children) addSpan(into, child, start, traceId, span.spanId);
}
