import type { ReadableSpan } from 'otel-span-cache';
import type { ReceivedBatch } from 'otel-span-cache/threads';

/** Attribute that identifies the process of a span while a cache merges the span with its log records. Never shown. */
const PROCESS_MARK = 'otel_span_cache_console.process';

/** Removes the mark, and returns the id of the process. */
export function takeProcessMark({ attributes }: ReadableSpan): number {
  const { [PROCESS_MARK]: id } = attributes;
  delete attributes[PROCESS_MARK];
  return Number(id);
}

/** Marks the spans of a batch with their process. The spans belong to the worker, so they may be changed. */
export function markWith(id: number, batch: Required<ReceivedBatch>): Required<ReceivedBatch> {
  for (const { attributes } of batch.spans) attributes[PROCESS_MARK] = id;
  return batch;
}
