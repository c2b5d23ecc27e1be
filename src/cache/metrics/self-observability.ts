import { OTEL_COMPONENT_NAME, OTEL_COMPONENT_TYPE } from '../../model/semconv.js';
import type { Attributes, BatchObservableResult, Meter, MeterProvider, Observable } from '@opentelemetry/api';
import { Episode } from '../../support/episode.js';
import type { Subscriber } from '../fanout/subscriber.js';
import { caughtUp } from './caught-up-counter.js';
import { DepartedSubscriptions } from './departed-subscriptions.js';
import { CAPACITIES, COUNTERS, FORGOTTEN_SPANS, NO_ATTRIBUTE, OPEN_SPANS, SIZES } from './instruments.js';
import type { Instrument, Reading } from './instruments.js';
import type { SpanCacheStats } from '../stats.js';

const COMPONENT_TYPE = 'SpanCache';

/** Caches with metrics that this process has had. */
let components = 0;

/**
 * The cache's own metrics.
 *
 * The pipeline does not depend on them: its counters are read when the metrics are collected, in one callback and so
 * all at the same moment.
 */
export class SelfObservability {
  readonly #meter: Meter;
  readonly #component: Attributes;
  readonly #counters: (readonly [Instrument, ReturnType<typeof caughtUp>])[];
  readonly #sizes: (readonly [Instrument, Observable])[];
  readonly #observables: Observable[];
  readonly #failures = new Episode();
  #departed = new DepartedSubscriptions();
  #read: () => Reading;
  #shutDown = false;

  /** Throws what the meter provider throws. Later, nothing is thrown. */
  constructor(meterProvider: MeterProvider, queueCapacity: number, trackOpenSpans: boolean, stats: () => SpanCacheStats) {
    const meter = meterProvider.getMeter('otel-span-cache');
    this.#meter = meter;
    // The class is what the semantic conventions want as the type where they have no word for it.
    this.#component = {
      [OTEL_COMPONENT_TYPE]: COMPONENT_TYPE,
      [OTEL_COMPONENT_NAME]: `${COMPONENT_TYPE}/${components++}`,
    };
    this.#read = () => ({ ...stats(), departed: this.#departed.stats() });

    const counters = trackOpenSpans ? [...COUNTERS, FORGOTTEN_SPANS] : COUNTERS;
    const sizes = trackOpenSpans ? [...SIZES, OPEN_SPANS] : SIZES;
    this.#counters = counters.map((each) => [each, this.#createCounter(each)]);
    this.#sizes = sizes.map((size) => [size, meter.createObservableUpDownCounter(size.name, size)]);
    for (const each of CAPACITIES) meter.createUpDownCounter(each.name, each).add(queueCapacity, this.#component);
    this.#observables = this.#sizes.map(([, observable]) => observable);
    meter.addBatchObservableCallback(this.#observe, this.#observables);
  }

  /** Keeps the numbers of a subscriber that leaves. */
  unsubscribed(subscriber: Subscriber): void {
    this.#departed.add(subscriber);
  }

  /**
   * Counts for the last time. The sizes are observed once more, as they are now, with the next collection: else the last
   * size that was seen, before the cache was flushed, would stand for ever. Until then the meter provider keeps numbers
   * alive, and nothing of the cache.
   */
  shutdown(): void {
    this.#guard(() => {
      const last = this.#read();
      this.#read = () => last;
      this.#departed = new DepartedSubscriptions();
      this.#shutDown = true;
      this.#catchUp(last);
    });
  }

  readonly #observe = (result: BatchObservableResult): void => {
    this.#guard(() => {
      const reading = this.#read();
      for (const [size, observable] of this.#sizes) {
        for (const [key, value] of valuesOf(size, reading)) result.observe(observable, value, this.#attributesOf(size, key));
      }
      this.#catchUp(reading);
    });
    // Not in here: the SDK goes through its callbacks, and would leave out the one after this.
    const stop = () => this.#meter.removeBatchObservableCallback(this.#observe, this.#observables);
    if (this.#shutDown) queueMicrotask(() => this.#guard(stop));
  };

  #catchUp(reading: Reading): void {
    for (const [instrument, catchUp] of this.#counters) catchUp(valuesOf(instrument, reading));
  }

  /** Not in the constructor, whose closures would keep the cache alive for the meter provider. */
  #createCounter(each: Instrument): ReturnType<typeof caughtUp> {
    return caughtUp(this.#meter.createCounter(each.name, each), (key) => this.#attributesOf(each, key));
  }

  #attributesOf({ by }: Instrument, key: string): Attributes {
    return by === undefined || key === NO_ATTRIBUTE ? this.#component : { ...this.#component, [by]: key };
  }

  /** The meter is not ours: what it throws must not reach the application. */
  #guard(code: () => void): void {
    this.#failures.guard('the metrics of the cache could not be recorded', code);
  }
}

function valuesOf({ read }: Instrument, reading: Reading): Map<string, number> {
  const value = read(reading);
  return new Map(typeof value === 'number' ? [[NO_ATTRIBUTE, value]] : Object.entries(value));
}
