import { context } from '@opentelemetry/api';
import { BatchIntake, type ReceivedBatch } from './intake/batch-intake.js';
import { Driver } from './driver/driver.js';
import { EmittedRecordPool, type Envelope } from './driver/emitted-record-pool.js';
import { EventIntake, type LogRecordFilter } from './intake/event-intake.js';
import { Gate } from './intake/gate.js';
import { OwnSpans } from './intake/own-spans.js';
import { PassedItems } from './driver/passed-items.js';
import { SpanIntake } from './intake/span-intake.js';
import { CallbackSubscription, type SpanBatchCallback } from './fanout/callback-subscription.js';
import {
  ExporterSubscription,
  type ExporterHandle,
  type ExporterOptions,
} from './fanout/exporter-subscription.js';
import { Demand, type SpanDemand } from './intake/demand.js';
import { FanOut } from './fanout/fan-out.js';
import { IteratorSubscription } from './fanout/iterator-subscription.js';
import { isInSubscriber } from './suppression.js';
import { SpanStoreSubscription, type SpanStore, type SpanStoreOptions } from './store/span-store.js';
import type { Subscriber } from './fanout/subscriber.js';
import type { SubscribeOptions, Subscription, SubscriptionHandle } from './fanout/subscription.js';
import { SelfObservability } from './metrics/self-observability.js';
import type { SpanCacheStats } from './stats.js';
import { EventCounters, SpanCounters } from './counters.js';
import type {
  LogRecordProcessor,
  ReadableSpan,
  Sampler,
  SpanExporter,
  SpanProcessor,
} from '../model/otel.js';
import {
  cacheOptions,
  exporterOptions,
  requireMethods,
  storeOptions,
  subscribeOptions,
  type SpanCacheOptions,
} from './options.js';
import { SpanCacheExporter } from './intake/exporter.js';
import { SpanCacheLogRecordProcessor } from './intake/log-record-processor.js';
import { SpanCacheSpanProcessor } from './intake/span-processor.js';
import { Taps, type SpanCacheTap } from './intake/taps.js';
import { BoundedQueue } from './queue/bounded-queue.js';
import { defaultSampler } from './sampling/default-sampler.js';
import { RecordedSpans } from './sampling/recorded-spans.js';
import { RecordingControl } from './sampling/recording-control.js';
import type { Recording } from './sampling/recording.js';
import { RecordingSampler } from './sampling/sampler.js';
import { OpenSpans, type OpenSpan } from './reconcile/open-spans.js';
import { Reconciler } from './reconcile/reconciler.js';

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

  readonly #spanCounters = new SpanCounters();
  readonly #eventCounters = new EventCounters();
  readonly #spans: BoundedQueue<ReadableSpan>;
  readonly #events: BoundedQueue<Envelope>;
  readonly #openSpans: OpenSpans | undefined;
  /** Ended spans that the cache may hold: queued, and waiting for late events. */
  readonly #mostHeld: number;
  readonly #reconciler: Reconciler;
  readonly #fanOut = new FanOut();
  readonly #demand = new Demand();
  readonly #gate = new Gate(this.#fanOut);
  readonly #driver: Driver;
  readonly #batchIntake: BatchIntake;
  readonly #taps = new Taps();
  readonly #logRecordProcessor: LogRecordProcessor;
  readonly #exporter: SpanExporter;
  readonly #recording: RecordingControl;
  /** The spans that are recorded because of `sampler()`. */
  readonly #recorded = new RecordedSpans();
  readonly #unsampledSpans: boolean;
  readonly #exporters = new Set<ExporterSubscription>();
  readonly #selfObservability: SelfObservability | undefined;
  #shutdown: Promise<void> | undefined;

  /**
   * @throws TypeError for an unknown option or a value of the wrong type
   * @throws RangeError for a value out of range
   */
  constructor(options?: SpanCacheOptions) {
    const { queueCapacity, logRecords, trackOpenSpans, recording, selfObsMeterProvider, ...rules } =
      cacheOptions(options);
    this.#recording = new RecordingControl(recording);
    this.#unsampledSpans = rules.unsampledSpans;
    const records = new EmittedRecordPool();
    this.#mostHeld = queueCapacity + rules.maxParkedSpans;
    this.#spans = new BoundedQueue('span', queueCapacity);
    this.#events = new BoundedQueue('event', queueCapacity);
    const { maxParkedSpans, maxParkedBytes, lateEvents } = rules;
    this.#openSpans = trackOpenSpans ? new OpenSpans(maxParkedSpans, typeof lateEvents === 'object', maxParkedBytes) : undefined;
    this.#selfObservability =
      selfObsMeterProvider &&
      new SelfObservability(selfObsMeterProvider, queueCapacity, trackOpenSpans, () => this.stats());
    this.#reconciler = new Reconciler(
      rules,
      this.#spanCounters,
      this.#eventCounters,
      this.#openSpans,
      this.#selfObservability?.lateness,
    );
    const passed = new PassedItems();
    this.#driver = new Driver({
      spans: this.#spans,
      events: this.#events,
      records,
      reconciler: this.#reconciler,
      fanOut: this.#fanOut,
      passed,
      spanCounters: this.#spanCounters,
      eventCounters: this.#eventCounters,
    });
    this.#fanOut.onChange = () => {
      const { idle, orphansWanted } = this.#fanOut;
      this.#gate.update();
      this.#demand.update(!idle, orphansWanted);
      // What is queued has nobody to go to.
      if (idle) this.#driver.wake();
    };

    const own = new OwnSpans(this.#driver);
    const spanIntake = new SpanIntake({
      gate: this.#gate,
      queue: this.#spans,
      driver: this.#driver,
      counters: this.#spanCounters,
      recording: this.#recording,
      own,
      spansMayRepeat: () => (this.#reconciler.spansMayRepeat = true),
    });
    this.#batchIntake = new BatchIntake({
      gate: this.#gate,
      spans: spanIntake,
      driver: this.#driver,
      passed,
      spanCounters: this.#spanCounters,
      eventCounters: this.#eventCounters,
    });
    const eventIntake = new EventIntake({
      gate: this.#gate,
      queue: this.#events,
      records,
      driver: this.#driver,
      counters: this.#eventCounters,
      recording: this.#recording,
      own,
      filter: logRecordFilter(logRecords),
    });
    this.spanProcessor = new SpanCacheSpanProcessor(
      spanIntake,
      own,
      this.#openSpans,
      this.#recorded,
      this.#taps,
      this,
    );
    this.#logRecordProcessor = new SpanCacheLogRecordProcessor(
      eventIntake,
      logRecords === 'events',
      this.#taps,
      this,
    );
    this.#exporter = new SpanCacheExporter(spanIntake, this);
  }

  /**
   * Takes in log records when they are emitted. To be registered before spans end: only from when it is first
   * asked for does the cache remember which spans it has delivered, so as to know a late event.
   */
  get logRecordProcessor(): LogRecordProcessor {
    this.#reconciler.expectEvents();
    return this.#logRecordProcessor;
  }

  /**
   * Takes in the spans that another span processor exports, for where no processor can be added. Beside
   * `spanProcessor`, to be asked for before spans end: from then on the cache remembers which spans it has delivered,
   * so as to deliver none twice.
   */
  get exporter(): SpanExporter {
    this.#reconciler.expectRepeatedSpans();
    return this.#exporter;
  }

  /** What is recorded, to be read and changed at any time. */
  get recording(): Recording {
    return this.#recording;
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
    return this.#add(
      callback === undefined
        ? new IteratorSubscription(resolved, this.#remove)
        : new CallbackSubscription(callback, resolved, this.#remove),
    );
  }

  /** Attaches an exporter: it gets the sampled spans, with their log events, in batches. */
  addExporter(exporter: SpanExporter, options?: ExporterOptions): ExporterHandle {
    requireMethods('exporter', exporter, ['export', 'shutdown']);
    if (exporter === this.#exporter) throw new TypeError('exporter must not be that of the cache itself');
    const subscription = new ExporterSubscription(exporter, exporterOptions(options), (closing) => {
      this.#remove(closing);
      this.#exporters.delete(closing);
    });
    this.#exporters.add(subscription);
    return this.#add(subscription);
  }

  /** Attaches a bounded history that can be read at any time, also after shutdown. */
  store(options?: SpanStoreOptions): SpanStore {
    return this.#add(new SpanStoreSubscription(storeOptions(options), () => this.flush(), this.#remove));
  }

  /**
   * Takes in what another cache delivered, such as a batch of its subscriber, and counts what it lost on the way.
   * For what brings the spans of several threads or processes together; `otel-span-cache/threads` does it for
   * threads. Never throws: a span that cannot be read is counted as `invalid`, a batch that is none counts for nothing.
   * What has been in this cache and comes back, as from a cache that receives from this one, is a `duplicate`.
   */
  receive(batch: ReceivedBatch): void {
    this.#batchIntake.accept(batch);
  }

  /**
   * Tells a function what subscribers want, now and whenever it changes, until what this returns is disposed of.
   * Who brings spans by `receive()` need not bring what nobody wants.
   */
  onDemand(listener: (demand: SpanDemand) => void): Disposable {
    return this.#demand.watch(listener);
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
    return this.#unsampledSpans ? new RecordingSampler(decides, this.#recording, this.#recorded) : decides;
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
    return this.#taps.add(tap);
  }

  /**
   * Reconciles everything queued and delivers it, before it returns. Called by a subscriber while it is
   * delivered to, it does nothing: what is queued follows that delivery.
   */
  flush(): void {
    this.#driver.flush();
  }

  /**
   * Reconciles everything queued and delivers it, as `flush()` does, but lets go of no held span before its time. For
   * what passes spans on from a thread that may go to sleep, such as `otel-span-cache/threads`.
   */
  deliver(): void {
    this.#driver.deliver();
  }

  /**
   * Delivers everything queued, and waits until every attached exporter has exported what it got, or has used up
   * its time: see `ExporterHandle.forceFlush()`. Where nothing has to be waited for first, an export under way or
   * pending attributes of the resource, the exporters have got the spans when the promise is returned. Never rejects.
   */
  async forceFlush(): Promise<void> {
    // An exporter that flushes what it exports for would wait for itself. Asked first: a context may not outlast an await.
    const inSubscriber = this.#driver.moving || isInSubscriber(context.active());
    const delivery = this.#deliverQueued();
    // Who does not wait for this promise relies on it: no await where there is nothing to wait for.
    if (delivery !== undefined) await delivery;
    if (inSubscriber) return;
    await Promise.all([...this.#exporters].map((exporter) => exporter.forceFlush()));
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
    // The promise is there before anything runs: a subscriber may ask for it in its last delivery.
    let begin = undefined as ((done: Promise<void>) => void) | undefined;
    this.#shutdown ??= new Promise((resolve) => (begin = resolve));
    begin?.(this.#shutDown());
    return this.#shutdown;
  }

  /**
   * The spans that have started and not ended, in the order they started, as they are now, with the log events that
   * wait for them. Those wait only while somebody is subscribed, and from the next delivery or `flush()` on. Empty
   * unless `trackOpenSpans` is on.
   */
  openSpans(): OpenSpan[] {
    return this.#openSpans?.list(performance.now(), (span) => this.#reconciler.eventsWaitingFor(span)) ?? [];
  }

  /** The counters at this moment, as an object of its own. */
  stats(): SpanCacheStats {
    const spans = this.#spanCounters;
    const events = this.#eventCounters;
    return {
      spans: {
        received: spans.received,
        queued: this.#spans.size,
        held: this.#reconciler.heldSpans,
        delivered: spans.delivered,
        amended: spans.amended,
        early: { ...spans.early },
        unamendable: spans.unamendable,
        dropped: { ...spans.dropped },
      },
      events: {
        received: events.received,
        queued: this.#events.size,
        parked: this.#reconciler.parkedEvents,
        held: this.#reconciler.heldEvents,
        merged: events.merged,
        orphaned: { ...events.orphaned },
        dropped: { ...events.dropped },
      },
      parkedSpans: this.#reconciler.parkedSpans,
      parkedBytes: this.#reconciler.keptBytes,
      openSpans: { open: this.#openSpans?.size ?? 0, forgotten: this.#openSpans?.forgotten ?? 0 },
      subscriptions: this.#fanOut.stats(),
    };
  }

  #add<T extends Subscriber>(subscriber: T): T {
    if (this.#gate.shutDown) subscriber.end();
    else this.#fanOut.add(subscriber);
    return subscriber;
  }

  readonly #remove = (subscriber: Subscriber): void => {
    this.#fanOut.remove(subscriber);
    this.#selfObservability?.unsubscribed(subscriber);
  };

  async #shutDown(): Promise<void> {
    this.#gate.close();
    const delivery = this.#deliverQueued();
    if (delivery !== undefined) await delivery;
    this.#driver.release();
    this.#reconciler.forgetDelivered();
    this.#openSpans?.close();
    this.#recording.set({ enabled: false });
    const exporters = [...this.#exporters];
    this.#fanOut.end();
    await Promise.all(exporters.map((exporter) => exporter.close()));
    this.#selfObservability?.shutdown();
  }

  /** Delivers everything queued; exporters take all of it. Synchronous, unless a delivery is under way. */
  #deliverQueued(): Promise<void> | undefined {
    // From within a delivery, the rest of that delivery comes first.
    if (this.#driver.moving) return Promise.resolve().then(() => this.#deliverQueued());
    for (const exporter of this.#exporters) exporter.widen(this.#mostHeld);
    this.#driver.flush();
    for (const exporter of this.#exporters) exporter.widen(0);
    return undefined;
  }
}

function logRecordFilter(
  logRecords: Required<SpanCacheOptions>['logRecords'],
): LogRecordFilter | undefined {
  if (typeof logRecords === 'function') return logRecords;
  return logRecords === 'events' ? (record) => Boolean(record.eventName) : undefined;
}
