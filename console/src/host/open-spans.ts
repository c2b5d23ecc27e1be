import type { HrTime } from '@opentelemetry/api';
import { isLogEvent, type OpenSpan, type SpanCache } from 'otel-span-cache';
import type { OpenSpanRecord } from '../engine/contract.js';
import type { OpenSpans } from '../link/messages.js';
import type { Redaction } from './redaction.js';

/** Maximum number of spans shown: the ones open longest. */
const MAX_SHOWN = 2_000;

/** Milliseconds since the Unix epoch, with fractions. */
function millisOf([seconds, nanos]: HrTime): number {
  return seconds * 1_000 + nanos / 1_000_000;
}

/** The spans that have not ended, as plain data with secrets masked. A span that cannot be read is left out. */
export function readOpenSpans(cache: SpanCache, redaction: Redaction): OpenSpans {
  const tracked = cache.tracksOpenSpans;
  const records: OpenSpanRecord[] = [];
  for (const span of tracked ? cache.openSpans().slice(0, MAX_SHOWN) : []) {
    const record = recordOf(span, redaction);
    if (record !== undefined) records.push(record);
  }
  return { tracked, at: Date.now(), spans: records };
}

function recordOf(span: OpenSpan, redaction: Redaction): OpenSpanRecord | undefined {
  try {
    const { traceId, spanId } = span.spanContext;
    return {
      spanId,
      traceId,
      parentSpanId: span.parentSpanContext?.spanId,
      name: redaction.text(span.name),
      start: millisOf(span.startTime),
      attributes: cloneable(redaction.attributes(span.attributes)),
      logs: span.events.filter(isLogEvent).length,
    };
  } catch {
    return undefined;
  }
}

/**
 * Converts values that a message cannot contain, such as functions, to text. The types of OpenTelemetry exclude them.
 */
function cloneable(attributes: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(attributes)) as Record<string, unknown>;
}
