import { context, createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api';

/**
 * The SDK's own key for "do not trace in here". `createContextKey` returns the global symbol of that
 * description, so this is the key that `suppressTracing()` of `@opentelemetry/core` sets.
 */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const SUBSCRIBER = createContextKey('otel-span-cache subscriber');

const SUBSCRIBER_CONTEXT = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true).setValue(SUBSCRIBER, true);

/** How many calls of `untraced()` are on the stack. */
let depth = 0;

/**
 * Runs code without tracing it, nor the code that it awaits. Without a context manager, that ends with its first `await`.
 *
 * Use it for code that works on delivered spans: spans that it starts would be delivered in turn, for ever. Callbacks
 * and exporters run like this by themselves. The body of a `for await` loop runs in the loop's own context,
 * which a subscription cannot change: wrap the part of it that may start spans.
 */
export function untraced<T>(code: () => T): T {
  depth++;
  try {
    return context.with(SUBSCRIBER_CONTEXT, code);
  } finally {
    depth--;
  }
}

/** Whether subscriber code is on the stack, whatever the context is. */
export function isSubscriberOnStack(): boolean {
  return depth > 0;
}

/** Whether something happens in subscriber code, or in what that code awaits. */
export function isInSubscriber(active: Context): boolean {
  return depth > 0 || active.getValue(SUBSCRIBER) === true;
}
