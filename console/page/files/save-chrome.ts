import type { SpanDetail } from '../../src/api/schemas.js';
import { groupBy } from '../group-by.js';
import { FreeRows } from '../flame/free-rows.js';
import { toNanos } from './nanos.js';
import type { SavedEvent, SavedTrace } from './saved-trace.js';

/*
 * Traces in the trace event format of Chrome, which Perfetto, `chrome://tracing` and Speedscope open:
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU. Times are microseconds since the first
 * span. Events of one thread have to contain each other or lie apart, so a span that overlaps another in part gets
 * another thread.
 */

export interface ChromeFile {
  readonly displayTimeUnit: 'ms';
  readonly otherData: { readonly startTimeUnixNano: string };
  readonly traceEvents: readonly ChromeEvent[];
}

export interface ChromeEvent {
  readonly ph: 'X' | 'i' | 'M';
  readonly name: string;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  /** Scope of an instant event: `t` for its thread. */
  readonly s?: 't';
  readonly pid: number;
  readonly tid: number;
  readonly args: object;
}

interface Thread {
  readonly pid: number;
  readonly tid: number;
}

/** A span to be placed on a thread, in nanoseconds since the first span. */
interface Stretch {
  readonly span: SpanDetail;
  readonly from: number;
  readonly to: number;
}

export function chromeOf(traces: readonly SavedTrace[]): ChromeFile {
  const origin = traces.reduce((first, { start }) => Math.min(first, start), Infinity);
  const zero = toNanos(Number.isFinite(origin) ? origin : 0);
  const threads = new Map<number, number>();
  const names = new Map<number, string>();
  const traceEvents: ChromeEvent[] = [];
  for (const trace of traces) {
    for (const [pid, spans] of groupBy(trace.spans, ({ process }) => process)) {
      const first = threads.get(pid) ?? 1;
      const { lanes, count } = lanesOf(spans, zero);
      threads.set(pid, first + count);
      names.set(pid, spans[0]!.service);
      for (let lane = 0; lane < count; lane++) traceEvents.push(threadName({ pid, tid: first + lane }, trace, lane));
      for (const [{ span, from, to }, lane] of lanes) {
        const thread = { pid, tid: first + lane };
        traceEvents.push(completeEvent(span, trace.traceId, from, to, thread));
        for (const event of span.events)
          traceEvents.push(instantEvent(event, { traceId: trace.traceId, spanId: span.spanId }, zero, thread));
      }
    }
  }
  const processes = [...names].map(([pid, name]) => metadata('process_name', name, { pid, tid: 0 }));
  return {
    displayTimeUnit: 'ms',
    otherData: { startTimeUnixNano: String(zero) },
    traceEvents: [...processes, ...traceEvents],
  };
}

/**
 * The lane of each span, which is that of its parent if it fits there, else the first free one; and the number of lanes.
 */
function lanesOf(spans: readonly SpanDetail[], zero: bigint): { lanes: Map<Stretch, number>; count: number } {
  const stretches = spans
    .map((span) => stretchOf(span, zero))
    .sort((a, b) => a.from - b.from || a.span.depth - b.span.depth);
  const lanes = new Map<Stretch, number>();
  const laneOf = new Map<string, number>();
  const free = new FreeRows(spans.length);
  const open: Stretch[][] = [];
  for (const stretch of stretches) {
    const around = laneOf.get(stretch.span.parentSpanId ?? '');
    const lane = around !== undefined && fits(open[around]!, stretch) ? around : free.firstFree(0, stretch.from);
    lanes.set(stretch, lane);
    laneOf.set(stretch.span.spanId, lane);
    free.take(lane, stretch.to);
    const within = (open[lane] ??= []);
    leaveEnded(within, stretch.from);
    within.push(stretch);
  }
  return { lanes, count: open.length };
}

function stretchOf(span: SpanDetail, zero: bigint): Stretch {
  const start = toNanos(span.start);
  return { span, from: Number(start - zero), to: Number(start + toNanos(span.duration) - zero) };
}

/** Whether nothing else would contain the span than its parent, for which a viewer takes the innermost span around it. */
function fits(open: Stretch[], { span, from, to }: Stretch): boolean {
  leaveEnded(open, from);
  const around = open.at(-1);
  return around === undefined || (around.span.spanId === span.parentSpanId && around.to >= to);
}

function leaveEnded(open: Stretch[], at: number): void {
  while (open.length > 0 && open.at(-1)!.to <= at) open.pop();
}

function completeEvent(span: SpanDetail, traceId: string, from: number, to: number, thread: Thread): ChromeEvent {
  const { spanId, parentSpanId, kind, status, statusMessage, scope, scopeVersion, attributes, links } = span;
  const ids = { traceId, spanId, parentSpanId, kind, status, statusMessage, scope, scopeVersion };
  return {
    ph: 'X',
    name: span.name,
    cat: span.kind,
    ts: from / 1_000,
    dur: (to - from) / 1_000,
    ...thread,
    args: { span: ids, attributes, ...(links.length === 0 ? {} : { links }) },
  };
}

function instantEvent(
  { name, time, log, attributes }: SavedEvent,
  ids: { readonly traceId: string; readonly spanId: string },
  zero: bigint,
  thread: Thread,
): ChromeEvent {
  const args = { event: { ...ids, log }, attributes };
  return { ph: 'i', s: 't', name, ts: Number(toNanos(time) - zero) / 1_000, ...thread, args };
}

function threadName(thread: Thread, { traceId, spans }: SavedTrace, lane: number): ChromeEvent {
  const name = `${spans[0]!.name} ${traceId.slice(0, 8)}`;
  return metadata('thread_name', lane === 0 ? name : `${name} (${lane + 1})`, thread);
}

function metadata(kind: 'process_name' | 'thread_name', name: string, thread: Thread): ChromeEvent {
  return { ph: 'M', name: kind, ...thread, args: { name } };
}
