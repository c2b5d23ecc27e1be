import { printable } from '../../trace/text/printable.js';
import { counted } from '../../model/text-of.js';
import type { CompiledMatcher } from '../assert/matcher.js';
import { captureTrace, groupByTrace, type TraceRecord } from '../capture/captured-traces.js';
import type { ScopeRecords } from '../capture/scope-records.js';
import type { SpanRecord } from '../capture/span-record.js';
import { traceLines } from '../../trace/captured-trace.js';
import { firstTexts } from '../first-texts.js';
import type { CapturedSpan } from '../../trace/captured-span.js';

const MAX_ITEMS = 5;

/** Texts, defaults and rules that differ between local and remote scopes. */
export interface ScopeKind {
  readonly name: string;
  /** Text in place of the trees, if there is no span. */
  readonly nothingSeen: string;
  /** Title of the list of unfinished spans. */
  readonly open: string;
  /** Headline of a `waitForIdle()` that timed out. */
  readonly notIdle: string;
  readonly timeoutMillis: number;
  readonly idleSettleMillis: number;
  /** Spans in the order they started. */
  readonly inOrder: (records: readonly SpanRecord[]) => readonly TraceRecord[];
  /** Spans that keep a trace, or the scope, from being complete. */
  readonly unfinished: (records: readonly SpanRecord[]) => readonly SpanRecord[];
  readonly lineOfUnfinished: (record: SpanRecord) => string;
  /** Headline for `unfinished` of `spans` spans. */
  readonly headlineOf: (unfinished: number, spans: number) => string;
  /** Whether a parent is outside the process, given the ids of the captured spans of its trace. */
  readonly isOutside: (parentSpanId: string, ids: ReadonlySet<string>) => boolean;
}

/**
 * Text of a scope for `console.log()`: its name, its counts and its first traces.
 *
 * @param spans the scope's spans, in the order they started
 */
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

/** The first captured traces as trees, each with its id. */
export function seenTraces(records: readonly TraceRecord[]): string {
  return ['Seen so far:', ...traceTexts(records)].join('\n  ');
}

/** A title, the first items below it, one per line, and the number of items left out. Empty if there are no items. */
export function section<T>(title: string, items: readonly T[], lineOf: (item: T) => string = String): string {
  if (items.length === 0) return '';
  return [`${title}:`, ...firstTexts(items, MAX_ITEMS, lineOf, (more) => `⋯ ${more} more`)].join('\n  ');
}

/** Headline of a `waitForTrace()` that timed out. */
export function missedTrace(root: CompiledMatcher<CapturedSpan> | undefined, traceId: string | undefined): string {
  const wanted = [
    ...(root === undefined ? [] : [`root ${root.description}`]),
    ...(traceId === undefined ? [] : [`id ${traceId}`]),
  ];
  return `no trace${wanted.length === 0 ? '' : ` with ${wanted.join(' and ')}`} was complete`;
}

function traceTexts(records: readonly TraceRecord[]): string[] {
  return firstTexts(groupByTrace(records), MAX_ITEMS, traceText, (more) => `⋯ ${more} more traces`);
}

function traceText(records: readonly TraceRecord[]): string {
  const trace = captureTrace(records);
  return [`trace ${printable(trace.traceId)}`, ...traceLines(trace)].join('\n    ');
}
