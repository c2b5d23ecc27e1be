import type { SpanIntake } from '../driver/span-intake.js';
import type { ReadableSpan, SpanProcessor } from '../model/otel.js';
import type { Lifecycle } from './lifecycle.js';

/** The cache as a span processor: takes in each recorded span when it ends. */
export class SpanCacheSpanProcessor implements SpanProcessor {
  readonly #intake: SpanIntake;
  readonly #cache: Lifecycle;

  constructor(intake: SpanIntake, cache: Lifecycle) {
    this.#intake = intake;
    this.#cache = cache;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    this.#intake.accept(span);
  }

  forceFlush(): Promise<void> {
    return this.#cache.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#cache.shutdown();
  }
}
