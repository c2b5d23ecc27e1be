import type { Context } from '@opentelemetry/api';
import type { EventIntake } from './event-intake.js';
import type { LogRecordProcessor, ReadableLogRecord } from '../../model/otel.js';
import type { Lifecycle } from './intake-parts.js';
import type { HookObservers } from './hook-observers.js';

/** The cache as a log record processor: accepts each emitted record. */
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

  /** Lets the SDK skip records that neither the cache nor its observers read. */
  enabled(options?: { eventName?: string }): boolean {
    return this.#observers.wantEveryRecord || this.#intake.mayTake(options?.eventName);
  }

  forceFlush(): Promise<void> {
    return this.#cache.forceFlush();
  }

  /**
   * Only flushes. The SDK shuts down logs and spans at the same time, and a span processor that
   * exports to `cache.exporter` may still have spans to export, which closing the cache here would lose.
   */
  shutdown(): Promise<void> {
    return this.#cache.forceFlush();
  }
}
