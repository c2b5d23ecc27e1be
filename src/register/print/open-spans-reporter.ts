import type { HrTime } from '@opentelemetry/api';
import { isLogEvent } from '../../model/log-event.js';
import type { ReadableSpan } from '../../model/otel.js';
import { timeIn } from '../../model/value-parts.js';
import { internalsOf } from '../../cache/internals.js';
import type { SpanCache } from '../../cache/span-cache.js';

type OpenSpan = ReturnType<SpanCache['openSpans']>[number];

/** Open spans shown at most, those that started last: a program may leak spans. */
const MAX_SHOWN = 1_000;

/** Open spans as they are shown, and how many there are besides. */
export interface OpenSpansReport {
  /** The line above their trees. */
  readonly heading: string;
  /** By trace, in the order they started. */
  readonly traces: ReadonlyMap<string, readonly ReadableSpan[]>;
  readonly shown: number;
  readonly notShown: number;
  /** Log events of the spans shown. */
  readonly logEvents: number;
}

/**
 * Reports the spans that have started and not ended, once: after that, only those that are not shown are new.
 *
 * Counts them itself, as the cache forgets some at its limit, and all when it is shut down.
 */
export class OpenSpansReporter {
  readonly #cache: SpanCache;
  #open = 0;
  #reported = 0;
  #shownBefore = false;

  constructor(cache: SpanCache) {
    this.#cache = cache;
    internalsOf(cache).observe({ onStart: () => this.started(), onEnd: () => void this.#open-- });
  }

  /** Told of a span that has started before this was there. */
  started(): void {
    this.#open++;
  }

  take(): OpenSpansReport {
    const open = this.#takeSpans();
    const traces = new Map<string, ReadableSpan[]>();
    for (const span of open) {
      const { traceId } = span.spanContext();
      const spans = traces.get(traceId) ?? [];
      traces.set(traceId, spans);
      spans.push(span);
    }
    const notShown = Math.max(0, this.#open - this.#reported - open.length);
    this.#reported = Math.max(this.#reported, this.#open);
    const logEvents = open.reduce((sum, { events }) => sum + events.filter((event) => Object(event) === event && isLogEvent(event)).length, 0);
    const heading = `otel-span-cache: spans that have not ended (${open.length}):\n`;
    return { heading, traces, shown: open.length, notShown, logEvents };
  }

  #takeSpans(): ReadableSpan[] {
    if (this.#shownBefore) return [];
    this.#shownBefore = true;
    return this.#cache.openSpans().slice(-MAX_SHOWN).map(asReadable);
  }
}

/** The members that a tree shows, as if the span ended now. */
function asReadable(open: OpenSpan): ReadableSpan {
  const { spanContext, ageMillis } = open;
  const startTime = timeIn(open, 'startTime');
  const endTime = startTime && later(startTime, ageMillis);
  return { ...open, spanContext: () => spanContext, endTime, ended: false } as object as ReadableSpan;
}

function later([seconds, nanos]: HrTime, millis: number): HrTime {
  const total = nanos + Math.round(millis * 1e6);
  return [seconds + Math.floor(total / 1e9), total % 1e9];
}
