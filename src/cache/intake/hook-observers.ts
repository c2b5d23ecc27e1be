import type { Context } from '@opentelemetry/api';
import { handleOf, type Handle } from '../../support/handle.js';
import { report } from '../../support/report.js';
import type { ReadableLogRecord, ReadableSpan } from '../../model/otel.js';

/** Sees spans and log records as the SDK hands them in, inside the application's own calls. */
export interface HookObserver {
  /** Whether the SDK is to make log records for it that nobody else would read. Default true. */
  readonly everyRecord?: boolean;
  /** In the call that starts the span, in the async context of that call. */
  onStart?(span: unknown, parentContext: Context): void;
  /** In `span.end()`, before the span is queued. */
  onEnd?(span: ReadableSpan): void;
  /** In `logger.emit()`, before the record is queued. */
  onEmit?(logRecord: ReadableLogRecord, context?: Context): void;
}

/**
 * The observers of the SDK's hooks: parts of this package that must see an item at once, or in the async context in
 * which a span started. What they throw is reported and goes no further.
 */
export class HookObservers {
  #observers: readonly HookObserver[] = [];

  add(observer: HookObserver): Handle {
    this.#observers = [...this.#observers, observer];
    return handleOf(() => (this.#observers = this.#observers.filter((other) => other !== observer)));
  }

  /** Whether one of them wants all log records made. */
  get wantEveryRecord(): boolean {
    return this.#observers.some((observer) => observer.onEmit !== undefined && observer.everyRecord !== false);
  }

  started(span: unknown, parentContext: Context): void {
    if (this.#observers.length > 0) this.#call((observer) => observer.onStart?.(span, parentContext));
  }

  ended(span: ReadableSpan): void {
    if (this.#observers.length > 0) this.#call((observer) => observer.onEnd?.(span));
  }

  emitted(logRecord: ReadableLogRecord, context: Context | undefined): void {
    if (this.#observers.length > 0) this.#call((observer) => observer.onEmit?.(logRecord, context));
  }

  #call(hook: (observer: HookObserver) => void): void {
    for (const observer of this.#observers) {
      try {
        hook(observer);
      } catch (error) {
        report('error', 'an observer of the hooks failed', error);
      }
    }
  }
}
