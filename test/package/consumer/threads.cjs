const { Worker, isMainThread } = require('node:worker_threads');
const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');
const { SpanCache } = require('otel-span-cache');
const { connectThreads } = require('otel-span-cache/threads');

/* A CommonJS module that runs in two threads. Prints the spans of the second. */

const cache = new SpanCache();
const threads = connectThreads(cache);
async function main() {
  const store = cache.store();
  const worker = new Worker(__filename);
  await new Promise((resolve) => worker.once('exit', resolve));
  await threads.forceFlush();
  const names = store.getFinishedSpans().map(({ name }) => name);
  console.log(JSON.stringify(names), threads.stats().threads[0].state);
}

if (isMainThread) void main();
else new BasicTracerProvider({ spanProcessors: [cache.spanProcessor] }).getTracer('consumer').startSpan('work').end();
