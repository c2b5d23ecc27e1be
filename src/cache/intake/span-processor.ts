import type { Context } from '@opentelemetry/api';
import type { Clock } from '../driver/clock.js';
import type { IntakeParts, Lifecycle } from './intake-parts.js';
import type { OwnSpans } from './own-spans.js';
import type { SpanIntake } from './span-intake.js';
import type { ReadableSpan, SpanProcessor } from '../../model/otel.js';
import type { SpansRecordedHere } from '../sampling/spans-recorded-here.js';
import type { OpenSpans, StartedSpan } from '../reconcile/open-spans.js';
import type { HookObservers } from './hook-observers.js';

/** The cache as a span processor: accepts each recorded span when it ends. */
export class SpanCacheSpanProcessor implements SpanProcessor {
  readonly #intake: SpanIntake;
  readonly #own: OwnSpans;
  readonly #openSpans: OpenSpans | undefined;
  readonly #clock: Clock;
  readonly #recordedHere: SpansRecordedHere;
  readonly #observers: HookObservers;
  readonly #cache: Lifecycle;

  constructor(parts: IntakeParts, intake: SpanIntake, cache: Lifecycle) {
    this.#intake = intake;
    this.#own = parts.own;
    this.#openSpans = parts.openSpans;
    this.#clock = parts.clock;
    this.#recordedHere = parts.recordedHere;
    this.#observers = parts.observers;
    this.#cache = cache;
  }

  onStart(span: unknown, parentContext: Context): void {
    this.#recordedHere.onStart(span, parentContext);
    this.#observers.started(span, parentContext);
    if (this.#own.started(span, parentContext) || this.#openSpans === undefined) return;
    try {
      this.#openSpans.add(span as StartedSpan, this.#clock.now());
    } catch {
      // Not a span. If it ends, it is counted as invalid.
    }
  }

  onEnd(span: ReadableSpan): void {
    this.#observers.ended(span);
    if (this.#openSpans !== undefined) this.#close(span);
    this.#intake.accept(span);
  }

  forceFlush(): Promise<void> {
    return this.#cache.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#cache.shutdown();
  }

  #close(span: ReadableSpan): void {
    try {
      this.#openSpans?.remove(span.spanContext());
    } catch {
      // Not a span: see `onStart()`.
    }
  }
}
