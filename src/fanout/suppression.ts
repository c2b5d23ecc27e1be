import { context, createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api';

/**
 * The SDK's own key for "do not trace in here". `createContextKey` returns the global symbol of that
 * description, so this is the key that `suppressTracing()` of `@opentelemetry/core` sets.
 */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const SUBSCRIBER = createContextKey('otel-span-cache subscriber');

const SUBSCRIBER_CONTEXT = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true).setValue(SUBSCRIBER, true);

/**
 * Runs subscriber code where it is not traced: spans it starts would come back to it for ever. What
 * it awaits is not traced either, because the context follows.
 */
export function runUntraced<T>(code: () => T): T {
  return context.with(SUBSCRIBER_CONTEXT, code);
}

/** Whether something happens in subscriber code, or in what that code awaits. */
export function isInSubscriber(active: Context): boolean {
  return active.getValue(SUBSCRIBER) === true;
}
