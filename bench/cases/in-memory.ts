import { InMemoryLogRecordExporter, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { SpanCache } from '../../src/index.js';
import { pipelineOf, type Pipeline } from './sdk.js';

/** What the in-memory exporters keep when all has arrived. */
export type ReadInMemory = (spans: readonly ReadableSpan[], records: readonly ReadableLogRecord[]) => void;

/** The SDK's way to have spans and log records at hand: one export each. They are read, then forgotten. */
export function inMemoryPipeline(read: ReadInMemory): Pipeline {
  const spans = new InMemorySpanExporter();
  const records = new InMemoryLogRecordExporter();
  const spanProcessor = new SimpleSpanProcessor(spans);
  const logRecordProcessor = new SimpleLogRecordProcessor({ exporter: records });
  return {
    spanProcessor,
    logRecordProcessor,
    async settle() {
      await spanProcessor.forceFlush();
      await logRecordProcessor.forceFlush();
      read(spans.getFinishedSpans(), records.getFinishedLogRecords());
      spans.reset();
      records.reset();
    },
    check() {},
  };
}

/** The cache's: a store, which is read, then forgets. `capacity` has to be what comes between two readings. */
export function storePipeline(capacity: number): Pipeline {
  const cache = new SpanCache();
  const store = cache.store({ capacity });
  let read = 0;
  return Object.assign(pipelineOf(cache, [() => read]), {
    settle() {
      // Reading delivers what is queued.
      read += store.getFinishedSpans().length;
      store.reset();
    },
  });
}
