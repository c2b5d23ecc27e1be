import type { OpenSpanRecord, QueryContract } from '../engine/contract.js';
import type { SeenProcess, SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import { plainAttributes } from './plain-attributes.js';
import type { Budget } from './budget.js';
import type { OpenSpanRow } from './schemas.js';
import { spanTest } from './span-test.js';

const MAX_DEPTH = 100;

/** Matching open spans, oldest first. For queries, the duration of an open span is its current age. */
export function openRows(
  records: readonly OpenSpanRecord[],
  query: QueryContract,
  process: SeenProcess,
  { now, budget }: { readonly now: number; readonly budget: Budget },
): OpenSpanRow[] {
  const byId = new Map(records.map((record) => [keyOf(record.traceId, record.spanId), record]));
  const matching = query.empty ? records : matchingRecords(spanTest(query, budget), tracesOf(records, process, now));
  return [...matching]
    .sort((a, b) => a.start - b.start)
    .map((record) => ({
      spanId: record.spanId,
      traceId: record.traceId,
      parentSpanId: record.parentSpanId ?? null,
      name: record.name,
      start: record.start,
      ageMillis: Math.max(0, now - record.start),
      path: pathOf(record, byId),
      attributes: plainAttributes(record.attributes),
      logs: record.logs,
    }));
}

function keyOf(traceId: string, spanId: string): string {
  return `${traceId}:${spanId}`;
}

/** Names of its open ancestors, outermost first, and its own name. */
function pathOf(record: OpenSpanRecord, byId: ReadonlyMap<string, OpenSpanRecord>): string[] {
  const names: string[] = [];
  for (let at: OpenSpanRecord | undefined = record; at !== undefined && names.length < MAX_DEPTH;) {
    names.push(at.name);
    at = at.parentSpanId === undefined ? undefined : byId.get(keyOf(at.traceId, at.parentSpanId));
  }
  return names.reverse();
}

function matchingRecords(
  matches: (span: SpanRow, trace: TraceRow) => boolean,
  traces: readonly OpenTrace[],
): OpenSpanRecord[] {
  return traces.flatMap(({ trace, ofSpan }) =>
    trace.spans.flatMap((span) => {
      const record = ofSpan.get(span);
      return record !== undefined && matches(span, trace) ? [record] : [];
    }),
  );
}

interface OpenTrace {
  readonly trace: TraceRow;
  readonly ofSpan: ReadonlyMap<SpanRow, OpenSpanRecord>;
}

/** The open spans of each trace, as if they ended now. */
function tracesOf(records: readonly OpenSpanRecord[], process: SeenProcess, now: number): OpenTrace[] {
  const groups = new Map<string, OpenSpanRecord[]>();
  for (const record of records) {
    const group = groups.get(record.traceId);
    if (group === undefined) groups.set(record.traceId, [record]);
    else group.push(record);
  }
  return [...groups.values()].map((group, index) => openTrace(group, index, process, now));
}

function openTrace(group: readonly OpenSpanRecord[], id: number, process: SeenProcess, now: number): OpenTrace {
  const sorted = [...group].sort((a, b) => a.start - b.start);
  const ofSpan = new Map(sorted.map((record, index) => [spanOf(record, index, process, now), record]));
  const spans = [...ofSpan.keys()];
  const root = spans[0]!;
  return {
    trace: {
      id,
      traceId: root.traceId,
      complete: false,
      root,
      spans,
      start: root.start,
      duration: root.duration,
      failed: 0,
      logs: 0,
    },
    ofSpan,
  };
}

function spanOf(record: OpenSpanRecord, id: number, process: SeenProcess, now: number): SpanRow {
  return {
    id,
    process,
    traceId: record.traceId,
    spanId: record.spanId,
    parentSpanId: record.parentSpanId,
    parentIsRemote: false,
    name: record.name,
    kind: 0,
    status: 0,
    statusMessage: undefined,
    start: record.start,
    duration: Math.max(0, now - record.start),
    attributes: plainRowAttributes(record.attributes),
    events: [],
    links: [],
    scope: '',
    scopeVersion: undefined,
    thread: undefined,
    dropped: { attributes: 0, events: 0, links: 0 },
    bytes: 0,
  };
}

function plainRowAttributes(attributes: Readonly<Record<string, unknown>>): SpanRow['attributes'] {
  return plainAttributes(attributes) as SpanRow['attributes'];
}
