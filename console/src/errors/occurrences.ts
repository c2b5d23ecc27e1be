import { exceptionsOf, failureTypeOf, httpStatusOf } from '../analysis/exceptions.js';
import { hasFailed, type SpanRow } from '../model/span-row.js';
import type { TraceRow } from '../model/trace-row.js';
import { textIn } from '../text/exception-text.js';
import { messageShape } from './message-shape.js';

/** One error of a trace. */
export interface Occurrence {
  readonly type: string;
  readonly message: string;
  /** The message without its varying parts. */
  readonly shape: string;
  readonly stack: string | undefined;
  readonly span: SpanRow;
}

/** `SpanKind.CLIENT` of the API. */
const CLIENT = 2;

/** Maximum number of exceptions compared between a span and the spans below it. */
const MAX_BELOW = 64;

/** Errors of the spans below a span. */
interface Below {
  failed: boolean;
  readonly exceptions: Set<string>;
}

/**
 * The errors of a trace.
 *
 * An exception counts once, at the innermost span that recorded it, although enclosing spans may record it as it
 * propagates. A span without an exception counts if its HTTP status is 500 or more, or if its error status did not come
 * from a span below.
 */
export function occurrencesIn({ spans }: TraceRow): Occurrence[] {
  const below = new Map<string, Below>();
  const found: Occurrence[] = [];
  // Backwards, because parents precede their children.
  for (let i = spans.length - 1; i >= 0; i--) {
    const span = spans[i]!;
    if (span.status !== 2 && span.events.length === 0 && httpStatusOf(span) === undefined) passUp(below, span);
    else found.push(...occurrencesOf(span, below));
  }
  return found.reverse();
}

function occurrencesOf(span: SpanRow, below: Map<string, Below>): Occurrence[] {
  const inner = below.get(span.spanId);
  const exceptions = exceptionsOf(span);
  const identities = exceptions.map(({ type, message, stack }) => `${type}\0${message}\0${stack}`);
  passUp(below, span, identities);
  if (exceptions.length === 0) return statusOccurrence(span, inner?.failed ?? false);
  const seen = new Set(inner?.exceptions);
  return exceptions.flatMap(({ type = 'Error', message = '', stack }, index) => {
    // A log line about an exception and the exception's event are one occurrence.
    if (seen.has(identities[index]!)) return [];
    seen.add(identities[index]!);
    return [{ type, message, shape: messageShape(message), stack, span }];
  });
}

function statusOccurrence(span: SpanRow, failedBelow: boolean): Occurrence[] {
  const status = httpStatusOf(span);
  if (status !== undefined && status >= 500) {
    return [withoutException(`HTTP ${status}`, span)];
  }
  if (!hasFailed(span) || failedBelow) return [];
  return [withoutException(failureTypeOf(span) ?? 'Error', span)];
}

/** Without a status message, the name of the span; of a request to another service, also the address. */
function withoutException(type: string, span: SpanRow): Occurrence {
  const { name, statusMessage: message, attributes } = span;
  if (message !== undefined) return { type, message, shape: messageShape(message), stack: undefined, span };
  const host = span.kind === CLIENT ? textIn(attributes['server.address']) : undefined;
  if (host === undefined) return { type, message: name, shape: messageShape(name), stack: undefined, span };
  const [url = host] = textIn(attributes['url.full'])?.split('?', 1) ?? [];
  // The path may vary from request to request, so it is no part of the shape.
  return { type, message: `${name} ${url}`, shape: `${messageShape(name)} ${host}`, stack: undefined, span };
}

/** Adds the errors of a span, and of the spans below it, to those below its parent. */
function passUp(below: Map<string, Below>, span: SpanRow, exceptions: readonly string[] = []): void {
  const { spanId, parentSpanId } = span;
  const own = below.get(spanId);
  const failed = hasFailed(span) || exceptions.length > 0 || (own?.failed ?? false);
  if (parentSpanId === undefined || !failed) return;
  let parent = below.get(parentSpanId);
  if (parent === undefined) below.set(parentSpanId, (parent = { failed, exceptions: new Set() }));
  parent.failed = true;
  for (const identity of [...exceptions, ...(own?.exceptions ?? [])]) {
    if (parent.exceptions.size < MAX_BELOW) parent.exceptions.add(identity);
  }
}
