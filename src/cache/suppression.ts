import { context, createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api';

/**
 * The key that `suppressTracing()` of `@opentelemetry/core` sets: `createContextKey()` returns the global symbol of its
 * description.
 */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const SUBSCRIBER = createContextKey('otel-span-cache subscriber');

const SUBSCRIBER_CONTEXT = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true).setValue(SUBSCRIBER, true);

/** Number of `untraced()` calls on the stack. */
let depth = 0;

/**
 * Runs code without tracing it or anything that it awaits. Without a context manager, the suppression ends at the first
 * `await`.
 *
 * Use it for code that processes delivered spans: otherwise the spans that such code starts are delivered in turn, in
 * an endless loop. Callbacks and exporters already run untraced. The body of a `for await` loop does not, because a
 * subscription cannot change the loop's context: wrap the part of it that may start spans.
 *
 * @returns the result of `code`, which may throw
 */
export function untraced<T>(code: () => T): T {
  depth++;
  try {
    return context.with(SUBSCRIBER_CONTEXT, code);
  } finally {
    depth--;
  }
}

/** Whether subscriber code is on the stack, in any context. */
export function isSubscriberOnStack(): boolean {
  return depth > 0;
}

/** Whether the caller is subscriber code, or code that it awaits. */
export function isInSubscriber(active: Context): boolean {
  return depth > 0 || active.getValue(SUBSCRIBER) === true;
}
