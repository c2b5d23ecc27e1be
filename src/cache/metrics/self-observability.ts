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

/** Number of caches with metrics created in this process. */
let components = 0;

/**
 * The cache's own metrics.
 *
 * The pipeline does not depend on them: all counters are read at one moment, in one callback, when the metrics are
 * collected.
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

  /** Throws the meter provider's errors. The other methods do not throw. */
  constructor(
    meterProvider: MeterProvider,
    queueCapacity: number,
    trackOpenSpans: boolean,
    stats: () => SpanCacheStats,
  ) {
    const meter = meterProvider.getMeter('otel-span-cache');
    this.#meter = meter;
    // The semantic conventions prescribe the class name for component types that they do not list.
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

  /** Keeps the counters of a subscriber that unsubscribes. */
  unsubscribed(subscriber: Subscriber): void {
    this.#departed.add(subscriber);
  }

  /**
   * Records the final counters. The sizes are observed once more, with the next collection: otherwise the last size
   * observed before the final flush would be exported for ever. Until then the meter provider keeps only numbers alive,
   * not the cache.
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
        for (const [key, value] of valuesOf(size, reading))
          result.observe(observable, value, this.#attributesOf(size, key));
      }
      this.#catchUp(reading);
    });
    // Removed later: the SDK is iterating over its callbacks, and would skip the next one.
    const stop = () => this.#meter.removeBatchObservableCallback(this.#observe, this.#observables);
    if (this.#shutDown) queueMicrotask(() => this.#guard(stop));
  };

  #catchUp(reading: Reading): void {
    for (const [instrument, catchUp] of this.#counters) catchUp(valuesOf(instrument, reading));
  }

  /** Not in the constructor, whose closures would keep the cache alive through the meter provider. */
  #createCounter(each: Instrument): ReturnType<typeof caughtUp> {
    return caughtUp(this.#meter.createCounter(each.name, each), (key) => this.#attributesOf(each, key));
  }

  #attributesOf({ by }: Instrument, key: string): Attributes {
    return by === undefined || key === NO_ATTRIBUTE ? this.#component : { ...this.#component, [by]: key };
  }

  /** The meter is foreign code: its errors must not reach the application. */
  #guard(code: () => void): void {
    this.#failures.guard('the metrics of the cache could not be recorded', code);
  }
}

function valuesOf({ read }: Instrument, reading: Reading): Map<string, number> {
  const value = read(reading);
  return new Map(typeof value === 'number' ? [[NO_ATTRIBUTE, value]] : Object.entries(value));
}
