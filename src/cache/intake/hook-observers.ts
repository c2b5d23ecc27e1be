import type { Context } from '@opentelemetry/api';
import { handleOf, type Handle } from '../../support/handle.js';
import { report } from '../../support/report.js';
import type { ReadableLogRecord, ReadableSpan } from '../../model/otel.js';

/** Observes spans and log records synchronously, inside the calls of the application. */
export interface HookObserver {
  /** Whether the SDK should create log records that only this observer reads. Default true. */
  readonly everyRecord?: boolean;
  /** Called while the span starts, in the async context of the caller. */
  onStart?(span: unknown, parentContext: Context): void;
  /** Called in `span.end()`, before the span is queued. */
  onEnd?(span: ReadableSpan): void;
  /** Called in `logger.emit()`, before the record is queued. */
  onEmit?(logRecord: ReadableLogRecord, context?: Context): void;
}

/**
 * The observers of the SDK's hooks: parts of this package that need an item at once, or the async context in which a
 * span started. Their errors are reported through `diag` and do not propagate.
 */
export class HookObservers {
  #observers: readonly HookObserver[] = [];

  add(observer: HookObserver): Handle {
    this.#observers = [...this.#observers, observer];
    return handleOf(() => (this.#observers = this.#observers.filter((other) => other !== observer)));
  }

  /** Whether any observer needs all log records. */
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
        report('error', 'a hook observer failed', error);
      }
    }
  }
}
