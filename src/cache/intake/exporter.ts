import type { SpanIntake } from './span-intake.js';
import type { SpanDropReason } from '../counters.js';
import type { ExportResult, ReadableSpan, SpanExporter } from '../../model/otel.js';
import type { Lifecycle } from './intake-parts.js';

const SUCCESS = 0;
const FAILED = 1;

/**
 * The cache as a span exporter, for use behind any span processor.
 *
 * An export fails if the queue was full for any of its spans; the accepted ones are delivered. After `shutdown()` every
 * export fails, even an empty one.
 */
export class SpanCacheExporter implements SpanExporter {
  readonly #intake: SpanIntake;
  readonly #cache: Lifecycle;

  constructor(intake: SpanIntake, cache: Lifecycle) {
    this.#intake = intake;
    this.#cache = cache;
  }

  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    resultCallback(this.#take(spans));
  }

  forceFlush(): Promise<void> {
    return this.#cache.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#cache.shutdown();
  }

  #take(spans: ReadableSpan[]): ExportResult {
    try {
      const refused = spans.map((span) => this.#intake.accept(span)).filter(isFailure);
      if (refused.length === 0) return this.#intake.shutDown ? failure('the cache is shut down') : { code: SUCCESS };
      const reasons = [...new Set(refused)].join(', ');
      return failure(`${refused.length} of ${spans.length} spans were dropped: ${reasons}`);
    } catch {
      return failure('spans must be an array of spans');
    }
  }
}

/** Whether a drop fails the export: only a full queue and a shutdown do. */
function isFailure(reason: SpanDropReason | undefined): boolean {
  return reason === 'queue_full' || reason === 'shutdown';
}

function failure(message: string): ExportResult {
  return { code: FAILED, error: new Error(`otel-span-cache: ${message}`) };
}
