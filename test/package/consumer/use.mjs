import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import * as api from 'otel-span-cache';

/* An ES module that uses the package. Prints what it exports, and what it gave. */

context.setGlobalContextManager(new AsyncLocalStorageContextManager());
const cache = new api.SpanCache();
const { spanProcessor, logRecordProcessor } = cache;
const tracer = new BasicTracerProvider({ spanProcessors: [spanProcessor] }).getTracer('consumer');
const logger = new LoggerProvider({ processors: [logRecordProcessor] }).getLogger('consumer');
const store = cache.store();

tracer.startActiveSpan('work', (span) => {
  logger.emit({ body: 'done' });
  span.end();
});

const spans = store.getFinishedSpans().map(({ name, events }) => ({ name, events: events.map((event) => event.name) }));
console.log(JSON.stringify({ exports: Object.keys(api).sort(), spans }));
