import { Worker, isMainThread } from 'node:worker_threads';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { SpanCache } from 'otel-span-cache';
import { connectThreads } from 'otel-span-cache/threads';

/* An ES module that runs in two threads. Prints the spans of the second. */

const cache = new SpanCache();
const threads = connectThreads(cache);
async function main() {
  const store = cache.store();
  const worker = new Worker(new URL(import.meta.url));
  await new Promise((resolve) => worker.once('exit', resolve));
  await threads.forceFlush();
  const names = store.getFinishedSpans().map(({ name }) => name);
  console.log(JSON.stringify(names), threads.stats().threads[0].state);
}

if (isMainThread) void main();
else new BasicTracerProvider({ spanProcessors: [cache.spanProcessor] }).getTracer('consumer').startSpan('work').end();
