import type { Context } from '@opentelemetry/api';
import type { EventIntake } from './event-intake.js';
import type { LogRecordProcessor, ReadableLogRecord } from '../../model/otel.js';
import type { Lifecycle } from './lifecycle.js';
import type { HookObservers } from './hook-observers.js';

/** The cache as a log record processor: takes in each emitted record. */
export class SpanCacheLogRecordProcessor implements LogRecordProcessor {
  readonly #intake: EventIntake;
  readonly #observers: HookObservers;
  readonly #cache: Lifecycle;

  constructor(intake: EventIntake, observers: HookObservers, cache: Lifecycle) {
    this.#intake = intake;
    this.#observers = observers;
    this.#cache = cache;
  }

  onEmit(logRecord: ReadableLogRecord, context?: Context): void {
    this.#observers.emitted(logRecord, context);
    this.#intake.accept(logRecord, context);
  }

  /** Lets the SDK skip building records that nobody here would read. */
  enabled(options?: { eventName?: string }): boolean {
    return this.#observers.wantEveryRecord || this.#intake.mayTake(options?.eventName);
  }

  forceFlush(): Promise<void> {
    return this.#cache.forceFlush();
  }

  /**
   * Flushes, and leaves the cache running until its spans are shut down. The SDK shuts down logs and spans
   * at the same time, and a span processor in front of `exporter` still has spans to export then.
   */
  shutdown(): Promise<void> {
    return this.#cache.forceFlush();
  }
}
