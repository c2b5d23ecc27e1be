import {
  SpanCache,
  type ReadableSpan,
  type SpanBatch,
  type SpanCacheOptions,
  type SpanExporter,
  type Subscription,
} from 'otel-span-cache';
import { connectThreads, receiveSpans, type ThreadStats } from 'otel-span-cache/threads';
import {
  assertTrace,
  exactly,
  ordered,
  traceTesting,
  type SpanPattern,
  type TraceTesting,
} from 'otel-span-cache/testing';
import { traceChai } from 'otel-span-cache/testing/chai';
import { traceMatchers } from 'otel-span-cache/testing/jest';
import { mochaHooks } from 'otel-span-cache/testing/mocha';
import { traced } from 'otel-span-cache/testing/node';
import { remoteScope, type RemoteScope } from 'otel-span-cache/testing/remote';
import { currentScope } from 'otel-span-cache/testing/vitest';

/* Code that each compiler accepts: every entry of the package, without `using`. */

const options: SpanCacheOptions = { maxParkedSpans: 16, logRecords: (record) => record.eventName !== undefined };

export const cache = new SpanCache(options);

export const faces = [traceChai, traceMatchers, mochaHooks, currentScope];

export const charges = traced(async (_t, scope) => void (await scope.waitForSpan('charge')));

export const pattern: SpanPattern = {
  name: 'checkout',
  attributes: exactly({ tries: 1 }),
  children: ordered({ name: /^charge/ }, { name: 'mail', events: exactly({ name: 'sent' }) }),
};

export function names({ spans }: SpanBatch): string[] {
  return spans.map(({ name }: ReadableSpan) => name);
}

export async function exportAll(exporter: SpanExporter, subscription: Subscription): Promise<void> {
  const handle = cache.addExporter(exporter);
  await handle.forceFlush();
  await handle[Symbol.asyncDispose]();
  subscription[Symbol.dispose]();
}

export function diedThreads(): readonly ThreadStats[] {
  const receiver = connectThreads(cache).role === 'relay' ? undefined : receiveSpans(cache);
  return receiver?.stats().threads.filter(({ state }) => state === 'died') ?? [];
}

export async function checkout(): Promise<void> {
  const tracing: TraceTesting = traceTesting({ cache });
  const run = await tracing.run(() => 'order 1');
  assertTrace(run, pattern);
  const scope: RemoteScope = await remoteScope({ protocol: 'http/json', maxRequestElements: 10_000 });
  assertTrace(await scope.waitForTrace({ root: 'checkout' }), pattern);
  await scope.close();
}

// @ts-expect-error: the declarations list the options by name
export const misspelt: SpanCacheOptions = { maxParkedSpan: 16 };
