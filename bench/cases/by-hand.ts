import type { SpanContext } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { NO_PIPELINE, type Pipeline } from './sdk.js';

/** How many of the spans delivered last the cache remembers. */
const REMEMBERED = 16_384;

/**
 * What nothing can be much cheaper than: the span goes to a plain array. When that holds `batch`, or at last, the
 * span contexts are read and noted, and the array goes to the readers.
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

/** The same, with the ids of the last spans remembered in the obvious way: in a `Map`, whose oldest keys leave. */
export function arrayAndMapByHand(): Pipeline {
  const ids = new Map<string, string>();
  const oldest = ids.keys();
  return arrayByHand(1, 256, ({ spanId, traceId }) => {
    ids.set(spanId, traceId);
    if (ids.size > REMEMBERED) ids.delete(oldest.next().value!);
  });
}

/**
 * The obvious way to bring log records to their spans: a `Map` from span ids to what waits, as large as it gets. Nothing
 * expires, nothing is counted, and a record that comes too late waits for ever.
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
