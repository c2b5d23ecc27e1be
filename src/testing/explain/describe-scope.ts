import { printable } from '../../trace/text/printable.js';
import { counted } from '../../trace/text/names.js';
import type { CompiledMatcher } from '../assert/matcher.js';
import { captureTrace, groupByTrace, type TraceRecord } from '../capture/captured-traces.js';
import type { ScopeRecords } from '../capture/scope-records.js';
import type { SpanRecord } from '../capture/span-record.js';
import { traceLines } from '../../trace/captured-trace.js';
import { firstTexts } from '../first-texts.js';
import type { CapturedSpan } from '../../trace/captured-span.js';

const MAX_ITEMS = 5;

/** Texts, defaults and rules in which the kinds of scope differ. */
export interface ScopeKind {
  readonly name: string;
  readonly nothingSeen: string;
  readonly open: string;
  readonly notIdle: string;
  readonly timeoutMillis: number;
  readonly idleSettleMillis: number;
  /** Spans in the order they started. */
  readonly inOrder: (records: readonly SpanRecord[]) => readonly TraceRecord[];
  /** Spans for which a trace or the scope is not complete. */
  readonly unfinished: (records: readonly SpanRecord[]) => readonly SpanRecord[];
  readonly lineOfUnfinished: (record: SpanRecord) => string;
  /** Headline about spans that are unfinished, of so many. */
  readonly headlineOf: (unfinished: number, spans: number) => string;
  /** Whether a parent is none of this process, given the ids of the trace. */
  readonly isOutside: (parentSpanId: string, ids: ReadonlySet<string>) => boolean;
}

/** Text of a scope for `console.log()`: its name, its counts and its first traces. `spans` are in order of start. */
export function showScope(kind: string, scope: ScopeRecords, spans: readonly TraceRecord[]): string {
  const { name, logs, droppedSpans, droppedLogs } = scope;
  const open = scope.spans.filter(({ ended }) => !ended).length;
  const counts = [
    counted(spans.length, 'span') + (open > 0 ? `, ${open} of them open` : ''),
    ...(logs.length > 0 ? [counted(logs.length, 'log record')] : []),
    ...(droppedSpans + droppedLogs > 0 ? [`${droppedSpans + droppedLogs} not kept`] : []),
  ];
  return [`${kind} ${printable(name)}: ${counts.join(', ')}`, ...traceTexts(spans)].join('\n  ');
}

/** The first trees of what was captured, each with its id. */
export function seenTraces(records: readonly TraceRecord[]): string {
  return ['Seen so far:', ...traceTexts(records)].join('\n  ');
}

/** The first items under a title, a line each, and how many more there are. Empty if there are none. */
export function section<T>(title: string, items: readonly T[], lineOf: (item: T) => string = String): string {
  if (items.length === 0) return '';
  return [`${title}:`, ...firstTexts(items, MAX_ITEMS, lineOf, (more) => `⋯ ${more} more`)].join('\n  ');
}

export function missedTrace(root: CompiledMatcher<CapturedSpan> | undefined, traceId: string | undefined): string {
  const asked = [
    ...(root === undefined ? [] : [`root ${root.description}`]),
    ...(traceId === undefined ? [] : [`id ${traceId}`]),
  ];
  return `no trace${asked.length === 0 ? '' : ` with ${asked.join(' and ')}`} was complete`;
}

function traceTexts(records: readonly TraceRecord[]): string[] {
  return firstTexts([...groupByTrace(records).values()], MAX_ITEMS, traceText, (more) => `⋯ ${more} more traces`);
}

function traceText(records: readonly TraceRecord[]): string {
  const trace = captureTrace(records);
  return [`trace ${printable(trace.traceId)}`, ...traceLines(trace)].join('\n    ');
}
