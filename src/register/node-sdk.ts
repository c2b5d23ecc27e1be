import { metrics } from '@opentelemetry/api';
import { internalsOf } from '../cache/internals.js';
import { SpanCache } from '../cache/span-cache.js';
import { isTrue, type Environment, type Settings } from './environment.js';
import type { Instrumented } from './instrumentations.js';
import { isExported, type Signal } from './signals.js';
import { Unexported } from './unexported.js';

/** `@opentelemetry/sdk-node`, of either line. */
export interface SdkNode {
  readonly NodeSDK: new (configuration: object) => NodeSdk;
}

type Warn = (message: string) => void;

interface NodeSdk {
  start(): void;
  shutdown(): Promise<void>;
}

/**
 * The private members in which a `NodeSDK` keeps its providers, and these their processors. Processors given to it in
 * code replace those that the environment names, and it has no public way to add one, nor to flush. The members have been
 * the same from 0.203 to 0.301; `test/scenarios/private-members.test.ts` checks them with each line of the matrix.
 */
const PROVIDERS = { traces: '_tracerProvider', logs: '_loggerProvider', metrics: '_meterProvider' } as const;
const PROCESSORS = {
  traces: ['_activeSpanProcessor', '_spanProcessors'],
  logs: ['_sharedState', 'activeProcessor', 'processors'],
} as const;
const EXPORTER = '_exporter';

export interface StartedSdk {
  readonly cache: SpanCache;
  /** What the exporters that the environment names have not exported. */
  readonly unexported: { readonly spans: Unexported; readonly logRecords: Unexported };
  /** Has everything exported that is there. Never rejects. */
  forceFlush(): Promise<unknown>;
  /** Shuts down the cache, too. */
  shutdown(): Promise<void>;
}

/**
 * Starts a `NodeSDK` as its variables say, and puts a cache beside the processors that they name.
 *
 * The cache has metrics of its own if the processors of the SDK have, by `OTEL_NODE_EXPERIMENTAL_SDK_METRICS`.
 */
export function startSdk(
  { NodeSDK }: SdkNode, { cache: options, print }: Settings, env: Environment, instrumented: Instrumented | undefined, warn: Warn,
): StartedSdk {
  // A request that crashes the program, or hangs, is shown with what it has logged.
  const cache = new SpanCache({ trackOpenSpans: print !== false, ...options });
  const exported = (signal: Signal) => isExported(signal, env, print !== false);

  const sdk = new NodeSDK({
    sampler: cache.sampler(),
    ...(instrumented && { instrumentations: instrumented.instrumentations }),
    // Without the variable, the SDK's own: those of clouds ask the network, which a program would wait for.
    ...(instrumented && env['OTEL_NODE_RESOURCE_DETECTORS'] && { resourceDetectors: instrumented.resourceDetectors() }),
    ...(!exported('traces') && { spanProcessors: [cache.spanProcessor] }),
    ...(!exported('logs') && { logRecordProcessors: [cache.logRecordProcessor] }),
    ...(!exported('metrics') && { metricReaders: [] }),
  });
  sdk.start();
  const unexported = { spans: new Unexported(), logRecords: new Unexported() };
  if (exported('traces')) addProcessor(sdk, 'traces', cache.spanProcessor, unexported.spans, warn);
  if (exported('logs')) addProcessor(sdk, 'logs', cache.logRecordProcessor, unexported.logRecords, warn);
  // The SDK registers its meter provider when it starts.
  if (isTrue(env['OTEL_NODE_EXPERIMENTAL_SDK_METRICS'])) internalsOf(cache).startMetrics(metrics.getMeterProvider());

  return {
    cache,
    unexported,
    forceFlush: () => Promise.allSettled(providersOf(sdk).map(async (provider) => provider.forceFlush())),
    shutdown: () => sdk.shutdown(),
  };
}

/** Adds a processor to those that the SDK has made, and has these count what they do not export. */
function addProcessor(sdk: NodeSdk, signal: 'traces' | 'logs', processor: object, unexported: Unexported, warn: Warn): void {
  const provider = readPath(sdk, [PROVIDERS[signal]]);
  const processors = readPath(provider, PROCESSORS[signal]);
  if (Array.isArray(processors)) {
    for (const each of processors) unexported.watch(readPath(each, [EXPORTER]));
    processors.push(processor);
  } else if (provider === undefined) {
    const variable = `OTEL_${signal.toUpperCase()}_EXPORTER`;
    warn(`the SDK has set up no ${signal}, because it knows no exporter that ${variable} names; none reach the cache`);
  } else {
    warn(`no ${signal} reach the cache: it does not know where this version of @opentelemetry/sdk-node keeps processors`);
  }
}

function providersOf(sdk: NodeSdk): { forceFlush(): Promise<void> }[] {
  const providers = Object.values(PROVIDERS).map((name) => readPath(sdk, [name]));
  return providers.filter((provider) => provider !== undefined) as { forceFlush(): Promise<void> }[];
}

function readPath(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], object);
}
