import {
  formatTrace,
  isLogEvent,
  printTraces,
  SpanCache,
  type ReadableSpan,
  type SpanBatch,
  type SpanCacheOptions,
  type SpanExporter,
  type Subscription,
  type Trace,
} from 'otel-span-cache';
import {
  connectThreads,
  onDemand,
  receive,
  receiveSpans,
  type ReceivedBatch,
  type ThreadStats,
} from 'otel-span-cache/threads';
import { traceTesting, type TraceTesting } from 'otel-span-cache/testing';
import { remoteScope, type RemoteScope } from 'otel-span-cache/testing/remote';

/* Code of a TypeScript user. It is type-checked as ES module, as CommonJS, and for a bundler. */

const options: SpanCacheOptions = { maxParkedSpans: 16, logRecords: (record) => record.eventName !== undefined };

export const cache = new SpanCache(options);

export async function watch(subscription: Subscription): Promise<string[]> {
  const names: string[] = [];
  for await (const { spans, dropped } of subscription) {
    if (dropped === 0) names.push(...spans.map(({ name }) => name));
  }
  return names;
}

export function logLines(span: ReadableSpan): unknown[] {
  return span.events.filter(isLogEvent).map(({ body }) => body);
}

export async function main(exporter: SpanExporter): Promise<string> {
  using store = cache.store({ capacity: 10 });
  await using handle = cache.addExporter(exporter, { maxQueueSize: 64 });
  const last: { batch?: SpanBatch } = {};
  cache.subscribe((batch) => (last.batch = batch)).close();
  await handle.forceFlush();
  return store
    .traces()
    .map((trace) => formatTrace(trace))
    .join('\n');
}

export function bring(batch: ReceivedBatch, send: (what: string) => void): boolean {
  using demand = onDemand(cache, ({ spans }) => send(spans ? 'start' : 'stop'));
  receive(cache, batch);
  return demand.closed;
}

export function operate(name: string): number {
  using listening = cache.filter.onChange(({ scopes }, previous) => send(previous.scopes.exclude, scopes.exclude));
  cache.sampling.set({ enabled: true, ratio: 0.1, forMillis: 600_000 });
  cache.filter.set({ minSeverity: 13, scopes: { exclude: [name] } });
  return listening.closed ? 0 : cache.sampling.settings.until;
}

function send(...lists: (readonly string[])[]): number {
  return lists.length;
}

export function slowTraces(): number {
  using printing = printTraces(cache, { only: { slowerThanMillis: 200, name: /orders/ }, format: 'json' });
  using traces = cache.subscribeToTraces(({ complete }: Trace, dropped) => complete && dropped === 0, {
    settleMillis: 10,
  });
  return printing.stats().printed + traces.take().length;
}

export async function diedThreads(): Promise<readonly ThreadStats[]> {
  const threads = connectThreads(cache, { threadName: 'resizer', flushTimeoutMillis: 100 });
  if (threads.role === 'relay') return [];
  await threads.forceFlush();
  using receiver = receiveSpans(cache);
  return receiver.stats().threads.filter(({ state }) => state === 'died');
}

export async function checkout(): Promise<number> {
  await using tracing: TraceTesting = traceTesting({ cache, captureStartStack: true });
  const run = await tracing.run(() => Promise.resolve('order 1'), { name: 'checkout' });
  await run.waitForSpan({ name: /^email/, attributes: { tries: (value) => value === 1 } }, { timeoutMillis: 10 });
  using scope = tracing.openScope();
  return run.result.length + scope.spans.length + run.traces.flatMap(({ roots }) => roots).length;
}

export async function checkoutElsewhere(): Promise<string | undefined> {
  await using scope: RemoteScope = await remoteScope({ protocol: 'http/json' });
  const trace = await scope.waitForTrace({ root: { name: /^POST/, service: 'shop' } });
  return `${scope.traceparent} ${scope.env['OTEL_EXPORTER_OTLP_ENDPOINT']} ${trace.roots[0]?.service}`;
}

// @ts-expect-error: the declarations list the options by name
export const misspelt: SpanCacheOptions = { maxParkedSpan: 16 };
