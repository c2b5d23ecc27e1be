import { env, exit } from 'node:process';
import { isMainThread, parentPort } from 'node:worker_threads';
import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { SpanCache } from '../span-cache.js';
import { connectThreads, type SpanReceiver, type SpanRelay } from '../threads/index.js';
import { isTrue, readSettings, type Settings } from './environment.js';
import { installCommand } from './install-command.js';
import { instrument, type Instrumented } from './instrumentations.js';
import { startSdk, type SdkNode, type StartedSdk } from './node-sdk.js';
import { loadPeer } from './peers.cjs';
import { onProcessEnd } from './process-end.js';
import { getSpanCache, setSpanCache } from './registered-cache.js';
import { RelayedThread } from './relayed-thread.js';
import { onSecondTracerProvider } from './second-sdk.js';
import { print, say } from './stderr.js';
import { TracePrinter } from './trace-printer.js';

const SDK = '@opentelemetry/sdk-node';
const AUTO = '@opentelemetry/auto-instrumentations-node';

/** At its end, the process waits no longer for a thread that is busy. */
const FLUSH_TIMEOUT_MILLIS = 1_000;

const SECOND_SDK =
  'the program starts an OpenTelemetry SDK of its own, after otel-span-cache/register has: that one gets no spans. ' +
  'Load one of the two only.';

/** Worker threads have the same environment: once is enough. */
const warn = (message: string): void => {
  if (isMainThread) say('warn', message);
};

/**
 * Starts the SDK with a cache in this thread, once. Worker threads load what the main thread was started with:
 * each has an SDK and a cache of its own, for the spans that start in it, and the first gets those of all.
 */
export function register(): void {
  if (getSpanCache() !== undefined || isNodesOwnThread()) return;
  if (isTrue(env['OTEL_SDK_DISABLED'])) {
    setSpanCache(new SpanCache());
    return;
  }
  if (hasTracerProvider()) {
    warn('a tracer provider is registered already, so otel-span-cache/register starts none; add a cache to that one');
    return;
  }
  const sdkNode = loadSdk();
  const settings = readSettings(env, warn);
  const started = start(sdkNode, settings);
  setSpanCache(started?.cache ?? new SpanCache());
  if (started === undefined) return;
  onSecondTracerProvider(() => say('warn', SECOND_SDK));
  const { cache } = started;
  const threads = connectThreads(cache, { flushTimeoutMillis: FLUSH_TIMEOUT_MILLIS });
  const printer = settings.print ? newPrinter(cache, threads) : undefined;
  const collect = async () => {
    if (threads.role === 'receiver') await threads.forceFlush();
  };
  onProcessEnd({
    forceFlush: () => collect().then(() => started.forceFlush()),
    shutdown: () => collect().then(() => started.shutdown()),
    finish: () => (printer === undefined ? cache.flush() : printer.finish()),
  });
}

/** Where spans are relayed, the thread that receives them prints. */
function newPrinter(cache: SpanCache, threads: SpanReceiver | SpanRelay): TracePrinter | RelayedThread {
  if (threads.role === 'receiver') {
    return new TracePrinter(cache, {
      othersSend: () => threads.stats().threads.some(({ state }) => state === 'connected'),
    });
  }
  return threads.closed ? new TracePrinter(cache, { othersSend: () => false }) : new RelayedThread(cache);
}

/** The thread of `module.register()`, which also loads what is given with `--require`, but no application. */
function isNodesOwnThread(): boolean {
  return !isMainThread && parentPort === null;
}

/** The application may have loaded an SDK of its own before; its provider would stay, and ours never be used. */
function hasTracerProvider(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('otel-span-cache') !== undefined;
}

/**
 * Whoever loads this wants telemetry: without the SDK, the process ends before the application has begun, and says
 * why at any `OTEL_LOG_LEVEL`.
 */
function loadSdk(): SdkNode {
  const peer = loadPeer(SDK);
  if (peer !== undefined) return peer.exports as SdkNode;
  const command = installCommand([SDK, AUTO]);
  print(`otel-span-cache: otel-span-cache/register needs ${SDK}, which is not installed. Install it:\n\n  ${command}\n`);
  return exit(1);
}

/** As the SDK's own entry does, leaves an application alone that it cannot trace. */
function start(sdkNode: SdkNode, settings: Settings): StartedSdk | undefined {
  try {
    return startSdk(sdkNode, settings, env, instrumented(sdkNode), warn);
  } catch (error) {
    say('error', `the SDK did not start, so nothing is traced: ${String(error)}`);
    return undefined;
  }
}

function instrumented(sdkNode: SdkNode): Instrumented | undefined {
  const instrumentations = instrument(AUTO);
  if (instrumentations === undefined) {
    const command = installCommand([AUTO], 'startNodeSdk' in sdkNode ? 3 : 2);
    warn(`${AUTO} is not installed, so there are only spans that the application starts itself:\n\n  ${command}\n`);
  }
  return instrumentations;
}
