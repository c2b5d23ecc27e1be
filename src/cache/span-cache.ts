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
 * Keeps a service's finished spans at hand: every span that ends reaches live subscribers, whole, with
 * the log records that were emitted in it.
 *
 * Register `spanProcessor` and `logRecordProcessor` with the SDK, then subscribe. Everything is bounded,
 * and whatever is lost to a bound is counted in `stats()`.
 *
 * ```ts
 * const cache = new SpanCache();
 * new NodeSDK({
 *   spanProcessors: [cache.spanProcessor],
 *   logRecordProcessors: [cache.logRecordProcessor],
 * }).start();
 * ```
 */
export class SpanCache {
  /** Takes in spans when they end. */
  readonly spanProcessor: SpanProcessor;
  /** Takes in log records when they are emitted. */
  readonly logRecordProcessor: LogRecordProcessor;
  /**
   * Adds spans for subscribers: while it is on, `sampler()` has `ratio` of the traces recorded that its delegate leaves
   * out. They are never sampled, so exporters do not get them. Off at first.
   *
   * ```ts
   * cache.sampling.set({ enabled: true, ratio: 0.1, forMillis: 600_000 });
   * ```
   */
  readonly sampling: LiveSettings<SamplingSettings, SamplingOptions>;
  /**
   * Leaves out what the cache would take in, sampled or not: log records below `minSeverity`, and what comes from the
   * instrumentation scopes that `scopes` excludes. In force from the moment it is set, independently of `sampling`.
   *
   * ```ts
   * cache.filter.set({ minSeverity: 13, scopes: { exclude: ['@acme/*'] } });
   * ```
   */
  readonly filter: LiveSettings<FilterSettings, FilterOptions>;

  readonly #pipeline: Pipeline;
  readonly #unsampledSpans: boolean;

  /**
   * @throws TypeError for an unknown option or a value of the wrong type
   * @throws RangeError for a value out of range
   */
  constructor(options?: SpanCacheOptions) {
    const resolved = cacheOptions(options);
    this.#pipeline = new Pipeline(resolved);
    this.#unsampledSpans = resolved.unsampledSpans;
    this.spanProcessor = this.#pipeline.spanProcessor;
    this.logRecordProcessor = this.#pipeline.logRecordProcessor;
    this.sampling = this.#pipeline.sampling;
    this.filter = this.#pipeline.filter;
    setInternals(this, this.#pipeline);
  }

  /**
   * Takes in the spans that another span processor exports, for where no processor can be added. Made when it is first
   * asked for: from then on a span may come twice, by this and by `spanProcessor`, so the cache remembers which spans it
   * has delivered, and delivers none twice.
   */
  get exporter(): SpanExporter {
    return this.#pipeline.exporter;
  }

  /**
   * Subscribes to be read by a loop or by `take()`. After shutdown the subscription is closed at once.
   *
   * @throws TypeError for an unknown option or a value of the wrong type
   * @throws RangeError for a value out of range
   */
  subscribe(options?: SubscribeOptions): Subscription;
  /**
   * Subscribes a function, which is called with each batch as it is delivered. If it returns a promise, the next batch
   * waits for that.
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
   * Subscribes a function to whole traces. It is called with a trace once its local root, a span without a parent in
   * this process, has ended and no further span came for `settleMillis`. A trace whose root does not come, or
   * that there is no room for, is delivered as far as it has come, with `complete: false`; so is whatever comes later.
   * With `trackOpenSpans` a trace waits as long as the parent of one of its spans is open. Shutdown delivers what waits.
   *
   * @throws TypeError for something that is no function, an unknown option or a value of the wrong type
   * @throws RangeError for a value out of range
   */
  subscribeToTraces(callback: TraceCallback, options?: WholeTraceOptions): TraceSubscription {
    requireFunction('callback', callback);
    return this.#pipeline.add(
      new WholeTraceSubscription(callback, wholeTraceOptions(options), {
        flush: () => this.flush(),
        detach: this.#pipeline.remove,
        isToCome: this.#pipeline.isToCome,
      }),
    );
  }

  /** Attaches an exporter: it gets the sampled spans, with their log events, in batches. */
  addExporter(exporter: SpanExporter, options?: ExporterOptions): ExporterHandle {
    requireMethods('exporter', exporter, ['export', 'shutdown']);
    if (this.#pipeline.isItsExporter(exporter)) throw new TypeError('exporter must not be that of the cache itself');
    return this.#pipeline.addExporter(
      new ExporterSubscription(exporter, exporterOptions(options), this.#pipeline.removeExporter),
    );
  }

  /** Attaches a bounded history that can be read at any time, also after shutdown. */
  store(options?: SpanStoreOptions): SpanStore {
    const { remove } = this.#pipeline;
    return this.#pipeline.add(new SpanStoreSubscription(storeOptions(options), () => this.flush(), remove));
  }

  /**
   * A sampler for the tracer provider, which asks the delegate and, while `sampling` is on, has spans recorded that
   * the delegate leaves unrecorded: for subscribers of the cache, never sampled. While it is off, the result is
   * the delegate's own. Needs `spanProcessor` in the same provider. With `unsampledSpans: false` it is the delegate.
   *
   * Without a delegate it decides as an SDK that is given no sampler: by `OTEL_TRACES_SAMPLER`, else by the
   * parent, else yes.
   *
   * @throws TypeError if the delegate is no sampler
   */
  sampler(delegate?: Sampler): Sampler {
    if (delegate !== undefined) requireMethods('delegate', delegate, ['shouldSample']);
    const decides = delegate ?? defaultSampler();
    if (!this.#unsampledSpans) return decides;
    return new LiveSampler(decides, this.#pipeline.sampling, this.#pipeline.recordedHere);
  }

  /**
   * Reconciles everything queued and delivers it, before it returns. Called by a subscriber while it is
   * delivered to, it does nothing: what is queued follows that delivery.
   */
  flush(): void {
    this.#pipeline.flush();
  }

  /**
   * Delivers everything queued, and waits until every attached exporter has exported what it got, or has used up
   * its time: see `ExporterHandle.forceFlush()`. Where nothing has to be waited for first, an export under way or
   * pending attributes of the resource, the exporters have got the spans when the promise is returned. Never rejects.
   */
  forceFlush(): Promise<void> {
    return this.#pipeline.forceFlush();
  }

  /**
   * Takes nothing in any more, delivers everything queued, the events whose span has not ended as orphans,
   * exports and shuts down the exporters, and closes the subscriptions. What they have buffered can
   * still be read. Never rejects; a second call returns the first one's promise.
   *
   * The span processor's and the exporter's `shutdown()` call this. That of the log record processor only
   * flushes: the spans that its events wait for may still come.
   */
  shutdown(): Promise<void> {
    return this.#pipeline.shutdown();
  }

  /**
   * The spans that have started and not ended, in the order they started, as they are now, with the log events that
   * wait for them. Those wait only while somebody is subscribed, and from the next delivery or `flush()` on. Empty
   * unless `trackOpenSpans` is on.
   */
  openSpans(): OpenSpan[] {
    return this.#pipeline.openSpans();
  }

  /** The counters at this moment, as an object of its own. */
  stats(): SpanCacheStats {
    return this.#pipeline.stats();
  }
}
