import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** A trace as the envelope that Sentry's SDKs send: a transaction, which is the root, with the other spans in it. */
export function envelopeOf(spans: readonly ReadableSpan[]): Buffer {
  const root = spans.find(({ parentSpanContext }) => parentSpanContext === undefined)!;
  const { traceId, spanId } = root.spanContext();
  const eventId = traceId;
  const transaction = {
    type: 'transaction',
    event_id: eventId,
    platform: 'node',
    transaction: root.name,
    ...timesOf(root),
    contexts: {
      trace: { trace_id: traceId, span_id: spanId, op: 'http.server', status: 'ok', data: root.attributes },
    },
    spans: spans.filter((span) => span !== root).map(childOf),
  };
  const lines = [
    {
      event_id: eventId,
      sent_at: new Date().toISOString(),
      sdk: { name: 'sentry.javascript.node', version: '10.31.0' },
    },
    { type: 'transaction' },
    transaction,
  ];
  return Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'));
}

function childOf(span: ReadableSpan) {
  const { traceId, spanId } = span.spanContext();
  return {
    trace_id: traceId,
    span_id: spanId,
    parent_span_id: span.parentSpanContext!.spanId,
    op: 'db',
    description: span.name,
    status: 'ok',
    ...timesOf(span),
    data: span.attributes,
  };
}

function timesOf({ startTime, endTime }: ReadableSpan) {
  return { start_timestamp: secondsOf(startTime), timestamp: secondsOf(endTime) };
}

function secondsOf([seconds, nanos]: HrTime): number {
  return seconds + nanos / 1e9;
}
