import { context } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadableSpan, SpanExporter, SpanProcessor } from '../model/otel.js';
import { EventCounters, SpanCounters } from './counters.js';
import { Clock } from './driver/clock.js';
import { Driver } from './driver/driver.js';
import { EmittedRecordPool, type Envelope } from './driver/emitted-record-pool.js';
import { PassedItems } from './driver/passed-items.js';
import type { ExporterSubscription } from './fanout/exporter-subscription.js';
import { FanOut } from './fanout/fan-out.js';
import type { Subscriber } from './fanout/subscriber.js';
import { BatchIntake } from './intake/batch-intake.js';
import { Demand } from './intake/demand.js';
import { EventIntake, type LogRecordFilter } from './intake/event-intake.js';
import { SpanCacheExporter } from './intake/exporter.js';
import { Gate } from './intake/gate.js';
import { SpanCacheLogRecordProcessor } from './intake/log-record-processor.js';
import { OwnSpans } from './intake/own-spans.js';
import { SpanIntake } from './intake/span-intake.js';
import { SpanCacheSpanProcessor } from './intake/span-processor.js';
import { Taps } from './intake/taps.js';
import { SelfObservability } from './metrics/self-observability.js';
import type { SpanCacheOptions } from './options.js';
import { BoundedQueue } from './queue/bounded-queue.js';
import { OpenSpans, type OpenSpan } from './reconcile/open-spans.js';
import { Reconciler } from './reconcile/reconciler.js';
import { RecordedSpans } from './sampling/recorded-spans.js';
import { RecordingControl } from './sampling/recording-control.js';
import type { SpanCacheStats } from './stats.js';
import { isInSubscriber } from './suppression.js';

/**
 * The parts of a cache: wires them, flushes them, shuts them down.
 *
 * The SDK's hooks push into two queues. The driver takes both through the reconciler to the fan-out, which hands each
 * batch to every subscriber.
 */
export class Pipeline {
  readonly spanProcessor: SpanProcessor;
  readonly logRecordProcessor: LogRecordProcessor;
  readonly batchIntake: BatchIntake;
  readonly demand = new Demand();
  readonly taps = new Taps();
  readonly recording: RecordingControl;
  /** The spans that are recorded because of `sampler()`. */
  readonly recorded = new RecordedSpans();

  readonly #spanCounters = new SpanCounters();
  readonly #eventCounters = new EventCounters();
  readonly #spans: BoundedQueue<ReadableSpan>;
  readonly #events: BoundedQueue<Envelope>;
  readonly #openSpans: OpenSpans | undefined;
  /** Ended spans that may wait: in the queue, and in the reconciler for late events. */
  readonly #maxBacklog: number;
  readonly #reconciler: Reconciler;
  readonly #fanOut = new FanOut();
  readonly #gate = new Gate(this.#fanOut);
  readonly #driver: Driver;
  readonly #spanIntake: SpanIntake;
  #exporter: SpanExporter | undefined;
  readonly #exporters = new Set<ExporterSubscription>();
  readonly #selfObservability: SelfObservability | undefined;
  #shutdown: Promise<void> | undefined;

  constructor(options: Required<SpanCacheOptions>) {
    const { queueCapacity, logRecords, trackOpenSpans, recording, selfObsMeterProvider, ...rules } = options;
    const { maxParkedSpans, maxParkedBytes } = rules;
    this.recording = new RecordingControl(recording);
    const records = new EmittedRecordPool();
    this.#maxBacklog = queueCapacity + maxParkedSpans;
    this.#spans = new BoundedQueue('span', queueCapacity);
    this.#events = new BoundedQueue('event', queueCapacity);
    this.#openSpans = trackOpenSpans ? new OpenSpans(maxParkedSpans, maxParkedBytes) : undefined;
    this.#selfObservability =
      selfObsMeterProvider &&
      new SelfObservability(selfObsMeterProvider, queueCapacity, trackOpenSpans, () => this.stats());
    this.#reconciler = new Reconciler(rules, this.#spanCounters, this.#eventCounters, this.#openSpans);
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
      clock: new Clock(),
    });
    this.#fanOut.onChange = () => {
      const { idle, orphansWanted } = this.#fanOut;
      this.#gate.update();
      this.demand.update(!idle, orphansWanted);
      // What is queued has nobody to go to.
      if (idle) this.#driver.wake();
    };

    const own = new OwnSpans(this.#driver);
    const spanIntake = new SpanIntake({
      gate: this.#gate,
      queue: this.#spans,
      driver: this.#driver,
      counters: this.#spanCounters,
      recording: this.recording,
      own,
    });
    this.#spanIntake = spanIntake;
    this.batchIntake = new BatchIntake({
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
      recording: this.recording,
      own,
      filter: logRecordFilter(logRecords),
    });
    this.spanProcessor = new SpanCacheSpanProcessor(spanIntake, own, this.#openSpans, this.recorded, this.taps, this);
    this.logRecordProcessor = new SpanCacheLogRecordProcessor(eventIntake, logRecords === 'events', this.taps, this);
  }

  /** Made when it is first asked for: from then on spans may come twice. */
  get exporter(): SpanExporter {
    if (this.#exporter === undefined) {
      this.#reconciler.deduplicate();
      this.#exporter = new SpanCacheExporter(this.#spanIntake, this);
    }
    return this.#exporter;
  }

  isItsExporter(exporter: SpanExporter): boolean {
    return exporter === this.#exporter;
  }

  /** Subscribes; after shutdown the subscriber is ended at once. */
  add<T extends Subscriber>(subscriber: T): T {
    if (this.#gate.shutDown) subscriber.end();
    else this.#fanOut.add(subscriber);
    return subscriber;
  }

  /** Subscribes an exporter, which `forceFlush()` and `shutdown()` then wait for. */
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
    this.#driver.flush();
  }

  /** Delivers as `flush()` does, and leaves held spans their time. */
  deliver(): void {
    this.#driver.deliver();
  }

  async forceFlush(): Promise<void> {
    // An exporter that flushes what it exports for would wait for itself. Asked first: a context may not outlast an await.
    const inSubscriber = this.#driver.moving || isInSubscriber(context.active());
    const delivery = this.#deliverQueued();
    // Who does not wait for this promise relies on it: no await where there is nothing to wait for.
    if (delivery !== undefined) await delivery;
    if (inSubscriber) return;
    await Promise.all([...this.#exporters].map((exporter) => exporter.forceFlush()));
  }

  shutdown(): Promise<void> {
    // The promise is there before anything runs: a subscriber may ask for it in its last delivery.
    let begin = undefined as ((done: Promise<void>) => void) | undefined;
    this.#shutdown ??= new Promise((resolve) => (begin = resolve));
    begin?.(this.#shutDown());
    return this.#shutdown;
  }

  openSpans(): OpenSpan[] {
    return this.#openSpans?.list(performance.now(), (span) => this.#reconciler.eventsWaitingFor(span)) ?? [];
  }

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

  async #shutDown(): Promise<void> {
    this.#gate.close();
    const delivery = this.#deliverQueued();
    if (delivery !== undefined) await delivery;
    this.#driver.orphanAllParked();
    this.#reconciler.clearDelivered();
    this.#openSpans?.close();
    this.recording.set({ enabled: false });
    const exporters = [...this.#exporters];
    this.#fanOut.end();
    await Promise.all(exporters.map((exporter) => exporter.close()));
    this.#selfObservability?.shutdown();
  }

  /** Delivers everything queued; exporters take all of it. Synchronous, unless a delivery is under way. */
  #deliverQueued(): Promise<void> | undefined {
    // From within a delivery, the rest of that delivery comes first.
    if (this.#driver.moving) return Promise.resolve().then(() => this.#deliverQueued());
    for (const exporter of this.#exporters) exporter.widen(this.#maxBacklog);
    this.#driver.flush();
    for (const exporter of this.#exporters) exporter.widen(0);
    return undefined;
  }
}

function logRecordFilter(logRecords: Required<SpanCacheOptions>['logRecords']): LogRecordFilter | undefined {
  if (typeof logRecords === 'function') return logRecords;
  return logRecords === 'events' ? (record) => Boolean(record.eventName) : undefined;
}
