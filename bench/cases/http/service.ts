import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type * as Http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { arrayByHand } from '../by-hand.js';
import { batchPipeline, loggedCachePipeline, type Pipeline } from '../sdk.js';
import type { Load, ServiceKind } from './contract.js';

/*
 * A small traced HTTP service: for each request, it has the server span of the instrumentation and a span of its own.
 * The first argument selects the pipeline. Sends its port to the parent process, and answers each message with the
 * measurements since the previous one.
 */

const PIPELINES: Record<ServiceKind, () => Pipeline | Promise<Pipeline> | undefined> = {
  bare: () => undefined,
  batch: batchPipeline,
  array: arrayByHand,
  cache: loggedCachePipeline,
  // Loaded only here: it needs the build of the console.
  console: async () => (await import('../console/pipeline.js')).consolePipeline(),
};

const pipeline = await PIPELINES[process.argv[2] as ServiceKind]();
const spanProcessors = pipeline ? [pipeline.spanProcessor] : [];
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });

// Loaded by `require` after the instrumentation, so that it is patched.
const { createServer } = createRequire(import.meta.url)('node:http') as typeof Http;
const tracer = trace.getTracer('service');

let requests = 0;
const server = createServer((request, response) => {
  requests++;
  tracer.startActiveSpan('find products', { attributes: { 'url.path': request.url ?? '/' } }, (span) => {
    const body = JSON.stringify([
      { name: 'kettle', price: 29 },
      { name: 'teapot', price: 35 },
    ]);
    span.setAttribute('products', 2);
    span.end();
    response.setHeader('content-type', 'application/json');
    response.end(body);
  });
});

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let cpu = process.cpuUsage();

/** Sends the measurements. First checks that all spans have arrived; otherwise the service exits, and the case fails. */
async function answer(): Promise<void> {
  const { user, system } = process.cpuUsage(cpu);
  const load: Load = { cpuMicros: user + system, delayP99Millis: delay.percentile(99) / 1e6 };
  await pipeline?.settle();
  if (requests > 0) pipeline?.check();
  process.send!(load);
  delay.reset();
  cpu = process.cpuUsage();
}

process.on('message', () => void answer());
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
