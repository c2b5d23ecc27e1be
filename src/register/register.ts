import { env, exit } from 'node:process';
import { isMainThread, parentPort } from 'node:worker_threads';
import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { guarded } from '../support/report.js';
import { printable } from '../trace/text/printable.js';
import { SpanCache } from '../cache/span-cache.js';
import { connectThreads, type SpanReceiver, type SpanRelay } from '../threads/index.js';
import { isTrue, readSettings, type Settings } from './environment.js';
import { installCommand } from './install-command.js';
import { instrument, type Instrumented } from './instrumentations.js';
import { startSdk, type SdkNode, type StartedSdk } from './node-sdk.js';
import { loadPeer } from './peers.js';
import { Printing } from './print/printing.js';
import { onProcessEnd, type LastSteps } from './process-end.js';
import { getSpanCache, setSpanCache } from '../cache/registered-cache.js';
import { onSecondTracerProvider } from './second-sdk.js';
import { print, say } from '../support/stderr.js';
import { unexportedText } from './unexported.js';
import { whyNothingIsPrinted } from './print/why-nothing-printed.js';
import { within } from './within.js';

const SDK = '@opentelemetry/sdk-node';
const AUTO = '@opentelemetry/auto-instrumentations-node';

const TIMEOUTS = { SIGINT: 'sigintTimeoutMillis', SIGTERM: 'sigtermTimeoutMillis' } as const;

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
  try {
    registerHere();
  } catch (error) {
    say('error', `otel-span-cache/register has failed: ${printable(error)}`);
  }
}

function registerHere(): void {
  const settings = readSettings(env, warn);
  if (isTrue(env['OTEL_SDK_DISABLED'])) {
    if (settings.print) warn(whyNothingIsPrinted(env)!);
    setSpanCache(new SpanCache());
    return;
  }
  if (hasTracerProvider()) {
    warn('a tracer provider is registered already, so otel-span-cache/register starts none; add a cache to that one');
    return;
  }
  const sdkNode = loadSdk();
  const started = start(sdkNode, settings);
  setSpanCache(started?.cache ?? new SpanCache());
  if (started === undefined) return;
  onSecondTracerProvider(() => say('warn', SECOND_SDK));
  const threads = connectThreads(started.cache, { flushTimeoutMillis: FLUSH_TIMEOUT_MILLIS });
  onProcessEnd(lastSteps(started, threads, new Printing(started.cache, threads, env, settings, warn)));
}

function lastSteps(started: StartedSdk, threads: SpanReceiver | SpanRelay, printing: Printing): LastSteps {
  const { unexported } = started;
  const collect = async () => {
    if (threads.role === 'receiver') await threads.forceFlush();
  };
  const finish = guarded('printing', () => printing.finish());
  return {
    finish,
    forceFlush: () => collect().then(() => started.forceFlush()),
    async shutdown(timeoutMillis = Infinity) {
      // The other half is for the exporters.
      await within(timeoutMillis / 2, collect());
      // Before the shutdown, at which the cache forgets the spans that have not ended.
      finish();
      for (const each of Object.values(unexported)) each.forgetFailures();
      await started.shutdown();
    },
    timeoutMillis: (signal) => readSettings(env, () => {})[TIMEOUTS[signal]],
    sayUnexported(millis) {
      const lost = unexportedText(unexported);
      if (millis !== undefined) warn(`the SDK has not shut down within ${millis} ms${lost && `; not exported: ${lost}`}`);
      else if (lost !== '') warn(`not exported, as exporters failed: ${lost}`);
    },
  };
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
    say('error', `the SDK did not start, so nothing is traced: ${printable(error)}`);
    return undefined;
  }
}

function instrumented(sdkNode: SdkNode): Instrumented | undefined {
  const instrumentations = instrument(AUTO, warn);
  if (instrumentations === undefined) {
    const command = installCommand([AUTO], 'startNodeSdk' in sdkNode ? 3 : 2);
    warn(`${AUTO} is not installed, so there are only spans that the application starts itself:\n\n  ${command}\n`);
  }
  return instrumentations;
}
