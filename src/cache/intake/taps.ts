import type { Context } from '@opentelemetry/api';
import { report } from '../../support/report.js';
import type { ReadableLogRecord, ReadableSpan } from '../../model/otel.js';

/** Sees spans and log records as the SDK hands them in, inside the application's own calls. */
export interface SpanCacheTap {
  /** Whether the SDK is to make log records for it that nobody else would read. Default true. */
  readonly everyRecord?: boolean;
  /** In the call that starts the span, in the async context of that call. */
  onStart(span: unknown, parentContext: Context): void;
  /** In `span.end()`, before the span is queued. */
  onEnd(span: ReadableSpan): void;
  /** In `logger.emit()`, before the record is queued. */
  onEmit(logRecord: ReadableLogRecord, context?: Context): void;
}

/**
 * Those who see what comes in before it is queued: the testing surface, which has to know at once, and in
 * whose async context a span started. What they throw is reported and goes no further.
 */
export class Taps {
  #taps: readonly SpanCacheTap[] = [];

  /** Adds one. Disposing of what it returns takes it away. */
  add(tap: SpanCacheTap): Disposable {
    this.#taps = [...this.#taps, tap];
    return {
      [Symbol.dispose]: () => {
        this.#taps = this.#taps.filter((other) => other !== tap);
      },
    };
  }

  /** Whether one of them wants all log records made. */
  get wantEveryRecord(): boolean {
    return this.#taps.some(({ everyRecord = true }) => everyRecord);
  }

  started(span: unknown, parentContext: Context): void {
    if (this.#taps.length > 0) this.#tell((tap) => tap.onStart(span, parentContext));
  }

  ended(span: ReadableSpan): void {
    if (this.#taps.length > 0) this.#tell((tap) => tap.onEnd(span));
  }

  emitted(logRecord: ReadableLogRecord, context: Context | undefined): void {
    if (this.#taps.length > 0) this.#tell((tap) => tap.onEmit(logRecord, context));
  }

  #tell(call: (tap: SpanCacheTap) => void): void {
    for (const tap of this.#taps) {
      try {
        call(tap);
      } catch (error) {
        report('error', 'a tap failed', error);
      }
    }
  }
}
