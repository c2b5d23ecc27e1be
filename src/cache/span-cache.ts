import type { LogRecordProcessor, Sampler, SpanExporter, SpanProcessor } from '../model/otel.js';
import { CallbackSubscription, type SpanBatchCallback } from './fanout/callback-subscription.js';
import { ExporterSubscription, type ExporterHandle, type ExporterOptions } from './fanout/exporter-subscription.js';
import { IteratorSubscription } from './fanout/iterator-subscription.js';
import type { SubscribeOptions, Subscription, SubscriptionHandle } from './fanout/subscription.js';
import type { ReceivedBatch } from './intake/batch-intake.js';
import type { SpanDemand } from './intake/demand.js';
import type { SpanCacheTap } from './intake/taps.js';
import {
  cacheOptions,
  exporterOptions,
  requireMethods,
  storeOptions,
  subscribeOptions,
  type SpanCacheOptions,
} from './options.js';
import { Pipeline } from './pipeline.js';
import type { OpenSpan } from './reconcile/open-spans.js';
import { defaultSampler } from './sampling/default-sampler.js';
import type { Recording } from './sampling/recording.js';
import { RecordingSampler } from './sampling/sampler.js';
import type { SpanCacheStats } from './stats.js';
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
  }

  /**
   * Takes in the spans that another span processor exports, for where no processor can be added. Beside
   * `spanProcessor`, to be asked for before spans end: from then on the cache remembers which spans it has delivered,
   * so as to deliver none twice.
   */
  get exporter(): SpanExporter {
    return this.#pipeline.exporter;
  }

  /** What is recorded, to be read and changed at any time. */
  get recording(): Recording {
    return this.#pipeline.recording;
  }

  /** Subscribes to be read by a loop or by `take()`. After shutdown the subscription is closed at once. */
  subscribe(options?: SubscribeOptions): Subscription;
  /** Subscribes a function, which is called with each batch. */
  subscribe(callback: SpanBatchCallback, options?: SubscribeOptions): SubscriptionHandle;
  subscribe(
    first?: SubscribeOptions | SpanBatchCallback,
    second?: SubscribeOptions,
  ): Subscription | SubscriptionHandle {
    const [callback, options] = typeof first === 'function' ? [first, second] : [undefined, first ?? second];
    const resolved = subscribeOptions(options);
    const { remove } = this.#pipeline;
    return this.#pipeline.add(
      callback === undefined
        ? new IteratorSubscription(resolved, remove)
        : new CallbackSubscription(callback, resolved, remove),
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
   * Takes in what another cache delivered, such as a batch of its subscriber, and counts what it lost on the way.
   * For what brings the spans of several threads or processes together; `otel-span-cache/threads` does it for
   * threads. Never throws: a span that cannot be read is counted as `invalid`, a batch that is none counts for nothing.
   * What has been in this cache and comes back, as from a cache that receives from this one, is a `duplicate`.
   */
  receive(batch: ReceivedBatch): void {
    this.#pipeline.batchIntake.accept(batch);
  }

  /**
   * Tells a function what subscribers want, now and whenever it changes, until what this returns is disposed of.
   * Who brings spans by `receive()` need not bring what nobody wants.
   */
  onDemand(listener: (demand: SpanDemand) => void): Disposable {
    return this.#pipeline.demand.watch(listener);
  }

  /**
   * A sampler for the tracer provider, which asks the delegate and, while `recording` is on, has spans recorded that
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
    return new RecordingSampler(decides, this.#pipeline.recording, this.#pipeline.recorded);
  }

  /**
   * Shows spans and log records to a function as they come in, inside the application's own calls, until what
   * this returns is disposed of. For test tools, which must know at once and in the application's async
   * context; who can wait subscribes. Sees nothing of what comes by `exporter`.
   *
   * @throws TypeError if one of the functions is missing
   */
  tap(tap: SpanCacheTap): Disposable {
    requireMethods('tap', tap, ['onStart', 'onEnd', 'onEmit']);
    return this.#pipeline.taps.add(tap);
  }

  /**
   * Reconciles everything queued and delivers it, before it returns. Called by a subscriber while it is
   * delivered to, it does nothing: what is queued follows that delivery.
   */
  flush(): void {
    this.#pipeline.flush();
  }

  /**
   * Reconciles everything queued and delivers it, as `flush()` does, but lets go of no held span before its time. For
   * what passes spans on from a thread that may go to sleep, such as `otel-span-cache/threads`.
   */
  deliver(): void {
    this.#pipeline.deliver();
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
