import type { Context } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadableLogRecord, ReadableSpan, SpanProcessor } from '../../model/otel.js';
import { isProbe, type Recorder } from './recorder.js';

/**
 * The recorder as a span processor. It keeps nothing back and exports nothing, so there is nothing to flush;
 * and it outlives the provider, because tests read what is there when a service has shut down.
 */
export class CapturingSpanProcessor implements SpanProcessor {
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  onStart(span: unknown, parentContext: Context): void {
    this.#recorder.onStart(span, parentContext);
  }

  onEnd(span: ReadableSpan): void {
    this.#recorder.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** The recorder as a log record processor. */
export class CapturingLogRecordProcessor implements LogRecordProcessor {
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  onEmit(logRecord: ReadableLogRecord): void {
    this.#recorder.onEmit(logRecord);
  }

  enabled(options?: { context?: Context }): boolean {
    if (isProbe(options?.context)) this.#recorder.onLogProbe();
    return this.#recorder.users.size > 0;
  }

  forceFlush(): Promise<void> {
    this.#recorder.onLogProbe();
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
