import { context, type MeterProvider } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadableSpan, SpanExporter, SpanProcessor } from '../model/otel.js';
import type { SpanIdentity } from '../model/span-map.js';
import { EventCounters, SpanCounters } from './counters.js';
import { Clock } from './driver/clock.js';
import { Driver } from './driver/driver.js';
import { EmittedRecordPool, type Envelope } from './driver/emitted-record-pool.js';
import { PassedItems } from './driver/passed-items.js';
import type { ExporterSubscription } from './fanout/exporter-subscription.js';
import { FanOut } from './fanout/fan-out.js';
import type { Subscriber } from './fanout/subscriber.js';
import { BatchIntake } from './intake/batch-intake.js';
import { EventIntake } from './intake/event-intake.js';
import { SpanCacheExporter } from './intake/exporter.js';
import { FilterControl } from './intake/filter/filter-control.js';
import { Gate, type SpanDemand } from './intake/gate.js';
import { HookObservers, type HookObserver } from './intake/hook-observers.js';
import type { IntakeParts } from './intake/intake-parts.js';
import { SpanCacheLogRecordProcessor } from './intake/log-record-processor.js';
import { OwnSpans } from './intake/own-spans.js';
import type { ReceivedBatch } from './intake/received-batch.js';
import { SpanIntake } from './intake/span-intake.js';
import { SpanCacheSpanProcessor } from './intake/span-processor.js';
import type { CacheInternals } from './internals.js';
import { SelfObservability } from './metrics/self-observability.js';
import type { SpanCacheOptions } from './options.js';
import { BoundedQueue } from './queue/bounded-queue.js';
import { OpenSpans, type OpenSpan } from './reconcile/open-spans.js';
import { Reconciler } from './reconcile/reconciler.js';
import { SamplingControl } from './sampling/sampling-control.js';
import { SpansRecordedHere } from './sampling/spans-recorded-here.js';
import { readStats } from './read-stats.js';
import type { SpanCacheStats } from './stats.js';
import type { Handle } from '../support/handle.js';
import { isInSubscriber } from './suppression.js';

/**
 * Composition root of a cache: creates and connects its parts, flushes them and shuts them down.
 *
 * The SDK's hooks push into two queues. The driver moves both queues through the reconciler to the fan-out, which hands
 * each batch to every subscriber.
 */
export class Pipeline implements CacheInternals {
  readonly spanProcessor: SpanProcessor;
  readonly logRecordProcessor: LogRecordProcessor;
  readonly sampling: SamplingControl;
  readonly filter: FilterControl;
  readonly recordedHere = new SpansRecordedHere();

  readonly #parts: IntakeParts;
  readonly #openSpans: OpenSpans | undefined;
  readonly #reconciler: Reconciler;
  readonly #fanOut = new FanOut((subscribed, orphansWanted) => {
    this.#parts.gate.update(subscribed, orphansWanted);
    // Without subscribers, the next turn drops the queued items.
    if (!subscribed) this.#parts.driver.wake();
  });
  readonly #spanIntake: SpanIntake;
  readonly #batchIntake: BatchIntake;
  readonly #exporters = new Set<ExporterSubscription>();
  /** Maximum number of spans that one flush can deliver: a full queue and all held spans. */
  readonly #flushAllowance: number;
  #exporter: SpanExporter | undefined;
  #selfObservability: SelfObservability | undefined;
  #shutdown: Promise<void> | undefined;

  constructor(options: Required<SpanCacheOptions>) {
    const { queueCapacity, logRecords, trackOpenSpans, selfObsMeterProvider, ...rules } = options;
    const { maxParkedSpans, maxParkedBytes } = rules;
    this.sampling = new SamplingControl(options.sampling);
    this.filter = new FilterControl(options.filter);
    this.#openSpans = trackOpenSpans ? new OpenSpans(maxParkedSpans, maxParkedBytes) : undefined;
    this.#flushAllowance = queueCapacity + maxParkedSpans;

    const stages = {
      clock: new Clock(),
      spans: new BoundedQueue<ReadableSpan>('span', queueCapacity),
      events: new BoundedQueue<Envelope>('event', queueCapacity),
      records: new EmittedRecordPool(),
      passed: new PassedItems(),
      spanCounters: new SpanCounters(),
      eventCounters: new EventCounters(),
    };
    this.#reconciler = new Reconciler(rules, stages.spanCounters, stages.eventCounters, this.#openSpans);
    const driver = new Driver({ ...stages, reconciler: this.#reconciler, fanOut: this.#fanOut });
    const [own, gate, observers] = [new OwnSpans(driver), new Gate(), new HookObservers()];
    const { filter, recordedHere } = this;
    const parts = { ...stages, driver, own, gate, observers, filter, recordedHere, openSpans: this.#openSpans };
    this.#parts = parts;
    this.#spanIntake = new SpanIntake(parts);
    this.#batchIntake = new BatchIntake(parts, this.#spanIntake);
    this.spanProcessor = new SpanCacheSpanProcessor(parts, this.#spanIntake, this);
    this.logRecordProcessor = new SpanCacheLogRecordProcessor(new EventIntake(parts, logRecords), observers, this);
    if (selfObsMeterProvider !== undefined) this.startMetrics(selfObsMeterProvider);
  }

  /** Created on first access. From then on the same span may arrive twice. */
  get exporter(): SpanExporter {
    if (this.#exporter === undefined) this.#reconciler.deduplicate();
    return (this.#exporter ??= new SpanCacheExporter(this.#spanIntake, this));
  }

  receive(batch: ReceivedBatch): void {
    this.#batchIntake.accept(batch);
  }

  onDemand(listener: (demand: SpanDemand) => void): Handle {
    return this.#parts.gate.watch(listener);
  }

  observe(observer: HookObserver): Handle {
    return this.#parts.observers.add(observer);
  }

  startMetrics(meterProvider: MeterProvider): void {
    const { capacity } = this.#parts.spans;
    const tracksOpenSpans = this.#openSpans !== undefined;
    this.#selfObservability = new SelfObservability(meterProvider, capacity, tracksOpenSpans, () => this.stats());
  }

  isItsExporter(exporter: SpanExporter): boolean {
    return exporter === this.#exporter;
  }

  /** Subscribes. After shutdown, ends the subscriber at once. */
  add<T extends Subscriber>(subscriber: T): T {
    if (this.#parts.gate.shutDown) subscriber.end();
    else this.#fanOut.add(subscriber);
    return subscriber;
  }

  /** Subscribes an exporter. `forceFlush()` and `shutdown()` wait for it. */
  addExporter(exporter: ExporterSubscription): ExporterSubscription {
    this.#exporters.add(exporter);
    return this.add(exporter);
  }

  readonly remove = (subscriber: Subscriber): void => {
    this.#fanOut.remove(subscriber);
    this.#selfObservability?.unsubscribed(subscriber);
  };

  readonly removeExporter = (exporter: ExporterSubscription): void => {
    this.remove(exporter);
    this.#exporters.delete(exporter);
  };

  flush(): void {
    this.#parts.driver.flush();
  }

  deliver(): void {
    this.#parts.driver.deliver();
  }

  async forceFlush(): Promise<void> {
    // An exporter that flushes the cache from its own export would wait for itself. Checked before any await, which
    // may lose the context.
    const inSubscriber = this.#parts.driver.moving || isInSubscriber(context.active());
    const delivery = this.#deliverQueued();
    // Callers may rely on the synchronous part without awaiting the promise: await only if necessary.
    if (delivery !== undefined) await delivery;
    if (inSubscriber) return;
    await Promise.all([...this.#exporters].map((exporter) => exporter.forceFlush()));
  }

  shutdown(): Promise<void> {
    // Store the promise before anything runs: a subscriber may call shutdown() in its last delivery.
    let begin = undefined as ((done: Promise<void>) => void) | undefined;
    this.#shutdown ??= new Promise((resolve) => (begin = resolve));
    begin?.(this.#shutDown());
    return this.#shutdown;
  }

  /** Whether a span is tracked as open and will be accepted when it ends. Always false without `trackOpenSpans`. */
  readonly isOpen = (ids: SpanIdentity): boolean => {
    const span = this.#openSpans?.get(ids);
    return span !== undefined && !this.filter.inForce?.isExcluded(span);
  };

  openSpans(): OpenSpan[] {
    return this.#openSpans?.list(this.#parts.clock.now(), (span) => this.#reconciler.eventsWaitingFor(span)) ?? [];
  }

  stats(): SpanCacheStats {
    return readStats(this.#parts, this.#reconciler, this.#openSpans, this.#fanOut);
  }

  async #shutDown(): Promise<void> {
    this.#parts.gate.close();
    const delivery = this.#deliverQueued();
    if (delivery !== undefined) await delivery;
    this.#parts.driver.orphanAllParked();
    this.#reconciler.clearDelivered();
    this.#openSpans?.close();
    this.sampling.set({ enabled: false });
    const exported = Promise.all([...this.#exporters].map((exporter) => exporter.close()));
    this.#fanOut.end();
    await exported;
    this.#selfObservability?.shutdown();
  }

  /**
   * Delivers everything queued, with enough room in the exporters' queues for all of it. Synchronous, unless a delivery
   * is under way.
   */
  #deliverQueued(): Promise<void> | undefined {
    // Called within a delivery: finish that delivery first.
    if (this.#parts.driver.moving) return Promise.resolve().then(() => this.#deliverQueued());
    for (const exporter of this.#exporters) exporter.setFlushAllowance(this.#flushAllowance);
    this.#parts.driver.flush();
    for (const exporter of this.#exporters) exporter.setFlushAllowance(0);
    return undefined;
  }
}
