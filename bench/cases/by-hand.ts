import type { SpanContext } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { NO_PIPELINE, type Pipeline } from './sdk.js';

/** Number of recently delivered spans that the cache remembers. */
const REMEMBERED = 16_384;

/**
 * A lower bound of the cost: pushes each span to a plain array. When that holds `batch` spans, and at the end, reads
 * the span contexts, passes them to `note`, and passes the array to the readers.
 */
export function arrayByHand(readers = 1, batch = 256, note?: (spanContext: SpanContext) => void): Pipeline {
  const functions = Array.from({ length: readers }, () => (spans: readonly ReadableSpan[]) => void spans.length);
  let spans: ReadableSpan[] = [];
  let flags = 0;
  const handOver = () => {
    const full = spans;
    spans = [];
    for (const span of full) {
      const spanContext = span.spanContext();
      flags |= spanContext.traceFlags;
      note?.(spanContext);
    }
    for (const read of functions) read(full);
  };
  return {
    ...NO_PIPELINE,
    spanProcessor: {
      ...NO_PIPELINE.spanProcessor,
      onEnd(span: ReadableSpan) {
        if (spans.push(span) === batch) handOver();
      },
    },
    settle: handOver,
    check() {
      if (flags !== 1) throw new Error('the spans are not sampled');
    },
  };
}

/**
 * The same, but also remembers the ids of recent spans in the obvious way: in a `Map` whose oldest keys are deleted.
 */
export function arrayAndMapByHand(): Pipeline {
  const ids = new Map<string, string>();
  const oldest = ids.keys();
  return arrayByHand(1, 256, ({ spanId, traceId }) => {
    ids.set(spanId, traceId);
    if (ids.size > REMEMBERED) ids.delete(oldest.next().value!);
  });
}

/**
 * The obvious way to join log records with their spans: an unbounded `Map` from span ids to waiting records. No expiry,
 * no counters, and late records are never removed.
 */
export function mapByHand(): Pipeline {
  const waiting = new Map<string, ReadableLogRecord[]>();
  let finished: { span: ReadableSpan; events: object[] }[] = [];
  let merged = 0;
  return {
    ...NO_PIPELINE,
    spanProcessor: {
      ...NO_PIPELINE.spanProcessor,
      onEnd(span: ReadableSpan) {
        const { spanId } = span.spanContext();
        const records = waiting.get(spanId) ?? [];
        waiting.delete(spanId);
        const events = records.map(({ hrTime, body, attributes }) => ({ time: hrTime, name: body, attributes }));
        finished.push({ span, events });
      },
    },
    logRecordProcessor: {
      ...NO_PIPELINE.logRecordProcessor,
      onEmit(record: ReadableLogRecord) {
        const { spanId } = record.spanContext!;
        const records = waiting.get(spanId);
        if (records === undefined) waiting.set(spanId, [record]);
        else records.push(record);
      },
    },
    settle() {
      for (const { events } of finished) merged += events.length;
      finished = [];
    },
    check() {
      if (merged === 0) throw new Error('nothing was merged');
    },
  };
}
