import { context, createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api';

/**
 * The SDK's own key for "do not trace in here". `createContextKey` returns the global symbol of that
 * description, so this is the key that `suppressTracing()` of `@opentelemetry/core` sets.
 */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const SUBSCRIBER = createContextKey('otel-span-cache subscriber');

const SUBSCRIBER_CONTEXT = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true).setValue(SUBSCRIBER, true);

/**
 * Runs code that is not traced, nor is what it awaits.
 *
 * For what works on delivered spans: spans that it starts would be delivered in turn, for ever. Callbacks
 * and exporters run like this by themselves. The body of a `for await` loop runs in the loop's own context,
 * which a subscription cannot change: wrap what it does if it may start spans.
 */
export function untraced<T>(code: () => T): T {
  return context.with(SUBSCRIBER_CONTEXT, code);
}

/** Whether something happens in subscriber code, or in what that code awaits. */
export function isInSubscriber(active: Context): boolean {
  return active.getValue(SUBSCRIBER) === true;
}
