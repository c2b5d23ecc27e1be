import type { HrTime } from '@opentelemetry/api';
import { timeAfter } from '../../model/hr-time.js';
import { isLogEvent } from '../../model/log-event.js';
import type { ReadableSpan } from '../../model/otel.js';
import { groupBy } from '../../support/group-by.js';
import { timeIn } from '../../model/value-parts.js';
import { internalsOf } from '../../cache/internals.js';
import type { SpanCache } from '../../cache/span-cache.js';

type OpenSpan = ReturnType<SpanCache['openSpans']>[number];

/** Maximum number of open spans shown, the last started: a program may leak spans. */
const MAX_SHOWN = 1_000;

/** The open spans to show, and the number of others. */
export interface OpenSpansReport {
  /** The line above the trees. */
  readonly heading: string;
  /** Open spans by trace id, in start order. */
  readonly traces: ReadonlyMap<string, readonly ReadableSpan[]>;
  readonly shown: number;
  readonly notShown: number;
  /** Number of log events in the spans shown. */
  readonly logEvents: number;
}

/**
 * Reports the spans that have not ended. Only the first report shows spans; later ones only count new ones.
 *
 * It keeps its own count, because the cache evicts open spans at its limit and clears them on shutdown.
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

  /** Counts a span that was started before this object was created. */
  started(): void {
    this.#open++;
  }

  take(): OpenSpansReport {
    const open = this.#takeSpans();
    const traces = groupBy(open, (span) => span.spanContext().traceId);
    const notShown = Math.max(0, this.#open - this.#reported - open.length);
    this.#reported = Math.max(this.#reported, this.#open);
    const logEvents = open.reduce(
      (sum, { events }) => sum + events.filter((event) => Object(event) === event && isLogEvent(event)).length,
      0,
    );
    const heading = `otel-span-cache: spans that have not ended (${open.length}):\n`;
    return { heading, traces, shown: open.length, notShown, logEvents };
  }

  #takeSpans(): ReadableSpan[] {
    if (this.#shownBefore) return [];
    this.#shownBefore = true;
    return this.#cache.openSpans().slice(-MAX_SHOWN).map(asReadable);
  }
}

/** A span with the members that a tree shows, ending now. */
function asReadable(open: OpenSpan): ReadableSpan {
  const { spanContext, ageMillis } = open;
  const startTime = timeIn(open, 'startTime');
  const age: HrTime = [Math.floor(ageMillis / 1e3), Math.round((ageMillis % 1e3) * 1e6)];
  const endTime = startTime && timeAfter(startTime, age);
  return { ...open, spanContext: () => spanContext, endTime, ended: false } as object as ReadableSpan;
}
