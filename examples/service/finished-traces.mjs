/** From a stream of finished spans to finished traces. */

/**
 * How long a trace stays open after its root ended and its last span came in. A child may end after
 * its root, and nothing in OpenTelemetry announces the last one.
 */
export const SETTLE_MILLIS = 100;

/** Traces kept waiting for their root at most; past that the oldest is given up. */
const MAX_OPEN_TRACES = 1_000;

/** A span nothing in this process is the parent of. */
const isLocalRoot = (span) => !span.parentSpanContext || span.parentSpanContext.isRemote === true;

/**
 * Calls `onTrace` with all spans of a trace, once it is over.
 *
 * @param {import('otel-span-cache').SpanCache} cache
 * @param {(spans: import('otel-span-cache').ReadableSpan[]) => void} onTrace
 * @returns {{ close(): void }} close() hands out what is left and stops
 */
export function watchFinishedTraces(cache, onTrace) {
  /** @type {Map<string, { spans: import('otel-span-cache').ReadableSpan[], rooted: boolean, timer?: NodeJS.Timeout }>} */
  const open = new Map();

  const finish = (traceId) => {
    const { spans, timer } = open.get(traceId);
    clearTimeout(timer);
    open.delete(traceId);
    onTrace(spans);
  };

  const subscription = cache.subscribe(({ spans }) => {
    for (const span of spans) {
      const { traceId } = span.spanContext();
      if (!open.has(traceId)) {
        if (open.size === MAX_OPEN_TRACES) {
          const [oldest] = open.keys();
          clearTimeout(open.get(oldest).timer);
          open.delete(oldest);
        }
        open.set(traceId, { spans: [], rooted: false });
      }
      const trace = open.get(traceId);
      trace.spans.push(span);
      trace.rooted ||= isLocalRoot(span);
      if (trace.rooted) {
        clearTimeout(trace.timer);
        trace.timer = setTimeout(finish, SETTLE_MILLIS, traceId);
      }
    }
  });

  return {
    close() {
      cache.flush();
      subscription.close();
      for (const traceId of open.keys()) finish(traceId);
    },
  };
}
