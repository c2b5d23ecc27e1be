import { InMemoryLogRecordExporter, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { SpanCache } from '../../src/index.js';
import { pipelineOf, type Pipeline } from './sdk.js';

/** The content of the in-memory exporters, read after everything has arrived. */
export type ReadInMemory = (spans: readonly ReadableSpan[], records: readonly ReadableLogRecord[]) => void;

/** The SDK's in-memory exporters for spans and log records, which are read and reset. */
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

/** A store of the cache, which is read and reset. `capacity` must be the number of spans between two reads. */
export function storePipeline(capacity: number): Pipeline {
  const cache = new SpanCache();
  const store = cache.store({ capacity });
  let read = 0;
  return Object.assign(pipelineOf(cache, [() => read]), {
    settle() {
      // Reading delivers queued spans.
      read += store.getFinishedSpans().length;
      store.reset();
    },
  });
}
