import type { SpanDetail } from '../../src/api/schemas.js';
import { exceptionText } from '../../src/text/exception-text.js';
import type { ShownTrace } from './shown-trace.js';

export type SpanEvent = SpanDetail['events'][number];

/** A line of the waterfall: a span, or one of its events, log lines included. */
export type Line =
  | { readonly id: string; readonly kind: 'span'; readonly span: SpanDetail; readonly depth: number }
  | {
      readonly id: string;
      readonly kind: 'event';
      readonly span: SpanDetail;
      readonly event: SpanEvent;
      readonly depth: number;
    };

/** Spans with their children, from one pass in tree order. */
function childrenOf(spans: readonly SpanDetail[]): Map<SpanDetail | undefined, SpanDetail[]> {
  const children = new Map<SpanDetail | undefined, SpanDetail[]>();
  const above: SpanDetail[] = [];
  for (const span of spans) {
    above.length = span.depth;
    const parent = above[span.depth - 1];
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [span]);
    else siblings.push(span);
    above[span.depth] = span;
  }
  return children;
}

/**
 * The lines of a trace: the events of a span stand among its children, sorted by time. Iterative, because a trace can
 * be as deep as it has spans.
 *
 * @param folded ids of spans whose contents are hidden
 */
export function linesOf({ spans }: ShownTrace, folded: ReadonlySet<number>): Line[] {
  const children = childrenOf(spans);
  const lines: Line[] = [];
  const waiting: Line[] = contentsOf(undefined, 0, children).toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    lines.push(next);
    if (next.kind === 'event' || folded.has(next.span.id)) continue;
    const contents = contentsOf(next.span, next.depth + 1, children);
    for (let i = contents.length - 1; i >= 0; i--) waiting.push(contents[i]!);
  }
  return lines;
}

function contentsOf(
  span: SpanDetail | undefined,
  depth: number,
  children: ReadonlyMap<SpanDetail | undefined, readonly SpanDetail[]>,
): Line[] {
  const spans = (children.get(span) ?? []).map((child): Line => ({
    id: child.spanId,
    kind: 'span',
    span: child,
    depth,
  }));
  if (span === undefined || span.events.length === 0) return spans;
  const events = span.events.map((event, index): Line => ({
    id: `${span.spanId}.${index}`,
    kind: 'event',
    span,
    event,
    depth,
  }));
  return [...spans, ...events].sort((a, b) => timeOf(a) - timeOf(b));
}

function timeOf(line: Line): number {
  return line.kind === 'span' ? line.span.start : line.event.time;
}

/** Text of an event on one line. */
export function eventText({ name, log, attributes }: SpanEvent): string {
  if (log !== null) return log.body === '' ? name : log.body;
  return exceptionText(attributes) || name;
}

export function severityOf({ log, name }: SpanEvent): 'error' | 'warn' | 'info' {
  const severity = log?.severityNumber ?? (name === 'exception' ? 17 : 9);
  return severity >= 17 ? 'error' : severity >= 13 ? 'warn' : 'info';
}

/** Whether the name, attributes, status or log line of a line contain a text. */
export function lineMatches(line: Line, needle: string): boolean {
  const has = (text: string): boolean => text.toLowerCase().includes(needle);
  if (line.kind === 'event') return has(eventText(line.event)) || hasAttribute(line.event.attributes, has);
  const { name, statusMessage, attributes, spanId } = line.span;
  return has(name) || has(statusMessage ?? '') || has(spanId) || hasAttribute(attributes, has);
}

function hasAttribute(attributes: SpanDetail['attributes'], has: (text: string) => boolean): boolean {
  return Object.entries(attributes).some(([key, value]) => has(key) || has(String(value)));
}
