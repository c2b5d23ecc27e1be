const { context } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { LoggerProvider } = require('@opentelemetry/sdk-logs');
const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');
const api = require('otel-span-cache');

/* A CommonJS module that uses the package. Prints what it exports, and what it gave. */

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
