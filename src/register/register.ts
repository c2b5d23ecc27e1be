import { env, exit } from 'node:process';
import { isMainThread } from 'node:worker_threads';
import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { guarded } from '../support/report.js';
import { printable } from '../trace/text/printable.js';
import { SpanCache } from '../cache/span-cache.js';
import { connectThreads, type SpanReceiver, type SpanRelay } from '../threads/index.js';
import { startConsole, type JoinedConsole } from './console.js';
import { isTrue, readSettings, type Settings } from './environment.js';
import { installCommand } from './install-command.js';
import { instrument, type Instrumented } from './instrumentations.js';
import { startSdk, type SdkNode, type StartedSdk } from './node-sdk.js';
import { isNodesOwnThread, loadPeer } from './peers.js';
import { Printing } from './print/printing.js';
import { onProcessEnd, type ExitHooks } from './process-end.js';
import { getSpanCache, setSpanCache } from '../cache/registered-cache.js';
import { onSecondTracerProvider } from './second-sdk.js';
import { print, say } from '../support/stderr.js';
import { unexportedText } from './unexported.js';
import { whyNothingIsPrinted } from './print/why-nothing-printed.js';
import { within } from '../support/timers.js';

const SDK = '@opentelemetry/sdk-node';
const AUTO = '@opentelemetry/auto-instrumentations-node';

const TIMEOUTS = { SIGINT: 'sigintTimeoutMillis', SIGTERM: 'sigtermTimeoutMillis' } as const;

/** Time that the process waits for a busy thread when it ends. */
const FLUSH_TIMEOUT_MILLIS = 1_000;

const SECOND_SDK =
  'the program starts a second OpenTelemetry SDK, which gets no spans because otel-span-cache/register has started one ' +
  'already. Use only one of the two.';

/** Warns in the main thread only, because worker threads have the same environment. */
const warn = (message: string): void => {
  if (isMainThread) say('warn', message);
};

/**
 * Starts the SDK with a cache in this thread, once. Never throws.
 *
 * Worker threads inherit `--import` and `--require`, so each starts an SDK and a cache for its own spans. The cache of
 * the first thread collects the spans of all.
 */
export function register(): void {
  if (getSpanCache() !== undefined || isNodesOwnThread()) return;
  try {
    registerHere();
  } catch (error) {
    say('error', `otel-span-cache/register failed: ${printable(error)}`);
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
    warn(
      'otel-span-cache/register did not start an SDK, because a tracer provider is registered already; ' +
        'add a SpanCache to that provider',
    );
    return;
  }
  const sdkNode = loadSdk();
  const started = start(sdkNode, settings);
  setSpanCache(started?.cache ?? new SpanCache());
  if (started === undefined) return;
  onSecondTracerProvider(() => say('warn', SECOND_SDK));
  const threads = connectThreads(started.cache, { flushTimeoutMillis: FLUSH_TIMEOUT_MILLIS });
  const joined = startConsole(started.cache, settings);
  onProcessEnd(exitHooks(started, threads, joined, new Printing(started.cache, threads, env, settings, warn)));
}

function exitHooks(
  started: StartedSdk,
  threads: SpanReceiver | SpanRelay,
  joined: JoinedConsole | undefined,
  printing: Printing,
): ExitHooks {
  const { unexported } = started;
  const collect = async () => {
    if (threads.role === 'receiver') await threads.forceFlush();
  };
  const finish = guarded('printing', () => printing.finish());
  return {
    finish,
    forceFlush: () => collect().then(() => Promise.all([started.forceFlush(), joined?.forceFlush()])),
    async shutdown(timeoutMillis = Infinity) {
      // Half of the time is left for the exporters.
      await within(
        timeoutMillis / 2,
        collect().then(() => joined?.close()),
      );
      // Called before the shutdown, which clears the cache's list of open spans.
      finish();
      for (const each of Object.values(unexported)) each.forgetFailures();
      await started.shutdown();
    },
    timeoutMillis: (signal) => readSettings(env, () => {})[TIMEOUTS[signal]],
    sayUnexported(millis) {
      const lost = unexportedText(unexported);
      if (millis !== undefined)
        warn(`the SDK has not shut down within ${millis} ms${lost && `; not exported: ${lost}`}`);
      else if (lost !== '') warn(`not exported because exporters failed: ${lost}`);
    },
  };
}

/** Whether the application has registered an SDK before. The API keeps the first provider and would ignore ours. */
function hasTracerProvider(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('otel-span-cache') !== undefined;
}

/**
 * Loads the SDK. Without it, the process exits before the application starts, and prints the reason at any
 * `OTEL_LOG_LEVEL`: a user who loads `register` expects telemetry.
 */
function loadSdk(): SdkNode {
  const peer = loadPeer(SDK);
  if (peer !== undefined) return peer.exports as SdkNode;
  const command = installCommand([SDK, AUTO]);
  print(
    `otel-span-cache: otel-span-cache/register needs ${SDK}, which is not installed. Install it:\n\n  ${command}\n`,
  );
  return exit(1);
}

/** Returns undefined if the SDK fails to start. Like the SDK's own entry, it lets the application run untraced. */
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
    warn(
      `${AUTO} is not installed, so only spans started by the application itself are traced. Install it:\n\n  ${command}\n`,
    );
  }
  return instrumentations;
}
