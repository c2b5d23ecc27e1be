import type { LogRecordProcessor, Sampler, SpanExporter, SpanProcessor } from '../model/otel.js';
import { CallbackSubscription } from './fanout/callback-subscription.js';
import { exporterOptions, type ExporterOptions } from './fanout/exporter-options.js';
import { ExporterSubscription } from './fanout/exporter-subscription.js';
import { IteratorSubscription } from './fanout/iterator-subscription.js';
import type { Handle } from '../support/handle.js';
import type { LiveSettings } from '../support/live-settings.js';
import type { SpanBatch } from './fanout/span-batch.js';
import type { ExporterHandle, SubscribeOptions, Subscription } from './fanout/subscription.js';
import { WholeTraceSubscription, type TraceCallback, type TraceSubscription } from './fanout/trace-subscription.js';
import type { FilterOptions, FilterSettings } from './intake/filter/filter-settings.js';
import { setInternals } from './internals.js';
import {
  cacheOptions,
  requireFunction,
  requireMethods,
  storeOptions,
  subscribeOptions,
  wholeTraceOptions,
  type SpanCacheOptions,
} from './options.js';
import { Pipeline } from './pipeline.js';
import type { OpenSpan } from './reconcile/open-spans.js';
import { defaultSampler } from './sampling/default-sampler.js';
import { LiveSampler } from './sampling/live-sampler.js';
import type { SamplingOptions, SamplingSettings } from './sampling/sampling-settings.js';
import type { SpanCacheStats } from './stats.js';
import type { WholeTraceOptions } from '../trace/whole-trace-options.js';
import { SpanStoreSubscription, type SpanStore, type SpanStoreOptions } from './store/span-store.js';

/**
 * Delivers every span that ends to subscribers in the same process, complete with the log records emitted in it.
 *
 * Register `spanProcessor` and `logRecordProcessor` with the SDK, then subscribe. Every buffer is bounded, and
 * `stats()` counts each loss by its reason. Wrong options throw; an error while spans are processed never reaches the
 * application. Only an awaited export keeps the process alive.
 *
 * ```ts
 * const cache = new SpanCache();
 * new NodeSDK({
 *   // Replaces the exporter that the SDK sets up by default: to keep exporting, add a BatchSpanProcessor here.
 *   spanProcessors: [cache.spanProcessor],
 *   logRecordProcessors: [cache.logRecordProcessor],
 * }).start();
 *
 * for await (const { spans } of cache.subscribe()) console.log(spans);
 * ```
 */
export class SpanCache {
  /**
   * The span processor to register with the tracer provider. It receives each recorded span when the span ends. Its
   * `shutdown()` shuts the cache down.
   */
  readonly spanProcessor: SpanProcessor;
  /**
   * The log record processor to register with the logger provider. It attaches each record to the span in which the
   * record was emitted. Its `shutdown()` only flushes the cache: the spans that its events wait for may still end.
   */
  readonly logRecordProcessor: LogRecordProcessor;
  /**
   * Settings to record more spans while the service runs. While enabled, the sampler returned by `sampler()` records
   * `ratio` of the traces that its delegate drops. These spans are not sampled, so exporters never receive them. Off by
   * default.
   *
   * Has no effect unless the tracer provider uses `sampler()` and the option `unsampledSpans` is true. `set()` logs a
   * warning through `diag` if it enables sampling before `sampler()` was called.
   *
   * ```ts
   * cache.sampling.set({ enabled: true, ratio: 0.1, forMillis: 600_000 });
   * ```
   */
  readonly sampling: LiveSettings<SamplingSettings, SamplingOptions>;
  /**
   * Settings that exclude items from the cache: log records below `minSeverity`, and the spans and log records of the
   * instrumentation scopes that `scopes` excludes. A change applies from the next item on, to sampled and unsampled
   * spans alike, whether `sampling` is enabled or not. By default nothing is excluded.
   *
   * ```ts
   * cache.filter.set({ minSeverity: 13, scopes: { exclude: ['@acme/*'] } });
   * ```
   */
  readonly filter: LiveSettings<FilterSettings, FilterOptions>;
  /** Whether `openSpans()` lists the spans that have not ended: the option `trackOpenSpans`. */
  readonly tracksOpenSpans: boolean;

  readonly #pipeline: Pipeline;
  readonly #unsampledSpans: boolean;

  /**
   * Creates a cache. Every option has a default.
   *
   * @throws TypeError for an unknown option or a value of the wrong type
   * @throws RangeError for a value out of range
   */
  constructor(options?: SpanCacheOptions) {
    const resolved = cacheOptions(options);
    this.#pipeline = new Pipeline(resolved);
    this.#unsampledSpans = resolved.unsampledSpans;
    this.tracksOpenSpans = resolved.trackOpenSpans;
    this.spanProcessor = this.#pipeline.spanProcessor;
    this.logRecordProcessor = this.#pipeline.logRecordProcessor;
    this.sampling = this.#pipeline.sampling;
    this.filter = this.#pipeline.filter;
    setInternals(this, this.#pipeline);
  }

  /**
   * The cache as a span exporter, for setups in which no span processor can be added. Pass it to any span processor.
   *
   * Created when this property is first read. From then on the same span may arrive twice, here and through
   * `spanProcessor`, so the cache remembers the ids of the last 16,384 delivered spans and drops duplicates. Read it
   * before the first span ends: spans delivered earlier are not remembered. An export fails if the queue was full or
   * the cache is shut down.
   */
  get exporter(): SpanExporter {
    return this.#pipeline.exporter;
  }

  /**
   * Creates a subscription that is read with `for await` or `take()`. Unread batches wait in a buffer of `capacity`
   * spans and `maxBytes` bytes; a batch that does not fit is dropped, and the next one counts its spans in `dropped`.
   * After `shutdown()`, the returned subscription is already closed.
   *
   * ```ts
   * for await (const { spans, dropped } of cache.subscribe()) …
   * ```
   *
   * @throws TypeError for an unknown option or a value of the wrong type
   * @throws RangeError for a value out of range
   */
  subscribe(options?: SubscribeOptions): Subscription;
  /**
   * Calls a function with each batch as it is delivered. If the function returns a promise, later batches wait in the
   * buffer until the promise settles. If it throws or rejects, the error is counted in `stats()`, reported through
   * `diag`, and the function is called again with the next batch. Spans started by the function are not traced.
   *
   * @throws TypeError if the callback is not a function, for an unknown option or a value of the wrong type
   * @throws RangeError for a value out of range
   */
  subscribe(callback: (batch: SpanBatch) => unknown, options?: SubscribeOptions): Handle;
  subscribe(
    first?: SubscribeOptions | ((batch: SpanBatch) => unknown),
    second?: SubscribeOptions,
  ): Subscription | Handle {
    const { remove } = this.#pipeline;
    if (second !== undefined) requireFunction('callback', first);
    return this.#pipeline.add(
      typeof first === 'function'
        ? new CallbackSubscription(first, subscribeOptions(second), remove)
        : new IteratorSubscription(subscribeOptions(first), remove),
    );
  }

  /**
   * Calls a function with each whole trace: when the local root (a span without a parent in this process) has ended and
   * no further span has arrived for `settleMillis`.
   *
   * A trace is delivered with `complete: false` if its local root is missing and no span arrives for `timeoutMillis`,
   * or if it is evicted at the bound of `maxSpans` or `maxBytes`. Spans that arrive later are delivered as a further
   * trace with the same id, also with `complete: false`. With `trackOpenSpans`, a trace also waits while the parent of
   * one of its spans is open. Shutdown delivers the traces that are still waiting.
   *
   * ```ts
   * cache.subscribeToTraces(({ roots, complete }) => console.log(roots[0]?.span.name, complete));
   * ```
   *
   * @throws TypeError if the callback is not a function, for an unknown option or a value of the wrong type
   * @throws RangeError for a value out of range
   */
  subscribeToTraces(callback: TraceCallback, options?: WholeTraceOptions): TraceSubscription {
    requireFunction('callback', callback);
    return this.#pipeline.add(
      new WholeTraceSubscription(callback, wholeTraceOptions(options), {
        flush: () => this.flush(),
        detach: this.#pipeline.remove,
        isOpen: this.#pipeline.isOpen,
      }),
    );
  }

  /**
   * Attaches a span exporter, which receives the sampled spans in batches, with their log events. Spans that do not fit
   * in its queue are dropped and counted; a slow exporter delays neither the application nor other subscribers. Options
   * that are not given default to the environment variables `OTEL_BSP_*`.
   *
   * @throws TypeError if the exporter lacks `export()` or `shutdown()` or is the cache's own, for an unknown option or
   *   a value of the wrong type
   * @throws RangeError for a value out of range
   */
  addExporter(exporter: SpanExporter, options?: ExporterOptions): ExporterHandle {
    requireMethods('exporter', exporter, ['export', 'shutdown']);
    if (this.#pipeline.isItsExporter(exporter)) throw new TypeError("exporter must not be the cache's own exporter");
    return this.#pipeline.addExporter(
      new ExporterSubscription(exporter, exporterOptions(options), this.#pipeline.removeExporter),
    );
  }

  /**
   * Attaches a bounded history of the spans delivered from now on: at most `capacity` spans and `maxBytes` bytes,
   * beyond which the oldest spans are evicted. It can be read at any time, also after shutdown.
   *
   * @throws TypeError for an unknown option or a value of the wrong type
   * @throws RangeError for a value out of range
   */
  store(options?: SpanStoreOptions): SpanStore {
    const { remove } = this.#pipeline;
    return this.#pipeline.add(new SpanStoreSubscription(storeOptions(options), () => this.flush(), remove));
  }

  /**
   * Returns a sampler that wraps `delegate`, for the tracer provider. While `sampling` is enabled, it records spans
   * that the delegate would drop, without sampling them: they reach subscribers of this cache only. While disabled, it
   * leaves the decision to the delegate, but still records children of the spans recorded before. Requires
   * `spanProcessor` in the same provider. With `unsampledSpans: false`, the delegate itself is returned.
   *
   * Without a delegate, it decides like the SDK without a configured sampler: by `OTEL_TRACES_SAMPLER`, which defaults
   * to `parentbased_always_on`.
   *
   * ```ts
   * new NodeSDK({ sampler: cache.sampler(), spanProcessors: [cache.spanProcessor] });
   * ```
   *
   * @throws TypeError if the delegate has no `shouldSample()`
   */
  sampler(delegate?: Sampler): Sampler {
    if (delegate !== undefined) requireMethods('delegate', delegate, ['shouldSample']);
    const decides = delegate ?? defaultSampler();
    if (!this.#unsampledSpans) return decides;
    return new LiveSampler(decides, this.#pipeline.sampling, this.#pipeline.recordedHere);
  }

  /**
   * Delivers everything queued, and the spans held for late events, before it returns. It is synchronous and uses no
   * timer. Called by a subscriber during a delivery, it is a no-op: the queued items follow that delivery.
   */
  flush(): void {
    this.#pipeline.flush();
  }

  /**
   * Delivers everything queued, then waits until every attached exporter has exported its spans or has used up its
   * time: see `ExporterHandle.forceFlush()`. The exporters receive the spans before this method returns its promise,
   * unless an export is in flight or resource attributes are still pending. Called by a subscriber or an exporter, it
   * does not wait for the exporters. Never rejects: failed exports are counted in `stats()`.
   */
  forceFlush(): Promise<void> {
    return this.#pipeline.forceFlush();
  }

  /**
   * Shuts the cache down: it accepts no more items, delivers everything queued, delivers parked events as orphans, lets
   * the exporters export their spans, shuts them down, and closes all subscriptions. Buffered batches and stores can
   * still be read. Never rejects, and is idempotent: a second call returns the first call's promise.
   *
   * `shutdown()` of the span processor and of the exporter does the same. `shutdown()` of the log record processor only
   * flushes.
   */
  shutdown(): Promise<void> {
    return this.#pipeline.shutdown();
  }

  /**
   * Returns snapshots of the spans that have started but not ended, in the order in which they started, each with the
   * log events parked for it so far. Events are parked only while somebody is subscribed, and appear after the next
   * delivery or `flush()`. Always empty unless the option `trackOpenSpans` is true.
   */
  openSpans(): OpenSpan[] {
    return this.#pipeline.openSpans();
  }

  /** Returns the current counters as a new object. */
  stats(): SpanCacheStats {
    return this.#pipeline.stats();
  }
}
