import type { SpanCache } from '../../cache/span-cache.js';
import { counted } from '../../model/text-of.js';
import type { OpenSpansReport } from './open-spans-reporter.js';

type Stats = ReturnType<SpanCache['stats']>;
type Counts = Readonly<Record<string, number>>;

/*
 * Losses of items that would have been printed. Items left out by an option, duplicates and log records outside any span
 * do not count; for log records beyond a span's limit, the span itself shows the number.
 */
const SPANS_LOST = ['queue_full', 'invalid', 'relay', 'shutdown'] as const;
const eventsLost = ({ events }: Stats): Counts => ({
  ...pick(events.dropped, ['queue_full', 'late', 'invalid', 'relay']),
  ...pick(events.orphaned, ['late', 'evicted', 'evicted_bytes', 'expired']),
});

/** The reasons for which the cache drops a span that would have been printed. */
export type SpanLoss = (typeof SPANS_LOST)[number];

/** Describes the spans and log events that are not shown. Each loss is reported once. */
export class Losses {
  readonly #cache: SpanCache;
  readonly #reasons: readonly SpanLoss[];
  #spans: Counts = {};
  #events: Counts = {};
  /** Spans that could not be written. */
  readonly #unwritten: () => number;
  /** Open spans beyond the number that is shown. */
  #open = 0;
  /** Log events shown with spans that have not ended. */
  #shownOfOpenSpans = 0;

  /** @param reasons the cache's drop reasons that are reported for spans */
  constructor(cache: SpanCache, unwritten: () => number, reasons: readonly SpanLoss[] = SPANS_LOST) {
    this.#cache = cache;
    this.#unwritten = unwritten;
    this.#reasons = reasons;
  }

  /** Adds the open spans not shown, and the log events of those shown. */
  addOpen({ notShown, logEvents }: OpenSpansReport): void {
    this.#open += notShown;
    this.#shownOfOpenSpans += logEvents;
  }

  /** New losses of spans. */
  ofSpans(): string | undefined {
    return this.#takeSpans(this.#cache.stats());
  }

  /** New losses of spans and log events, including the log events that are still parked. */
  all(): string | undefined {
    const stats = this.#cache.stats();
    return [this.#takeSpans(stats), this.#takeEvents(stats)].filter(Boolean).join('; ') || undefined;
  }

  #takeSpans(stats: Stats): string | undefined {
    const before = this.#spans;
    this.#spans = { ...pick(stats.spans.dropped, this.#reasons), stderr_full: this.#unwritten(), open: this.#open };
    return difference('span', this.#spans, before);
  }

  #takeEvents(stats: Stats): string | undefined {
    const { parked, orphaned } = stats.events;
    const before = this.#events;
    // Parked events become orphans when the cache shuts down. The sum is the same before and after.
    this.#events = { ...eventsLost(stats), shutdown: parked + orphaned.shutdown - this.#shownOfOpenSpans };
    return difference('log event', this.#events, before);
  }
}

function pick(counts: Counts, reasons: readonly string[]): Counts {
  return Object.fromEntries(reasons.map((reason) => [reason, counts[reason] ?? 0]));
}

/** `12 spans (queue_full 10, invalid 2)`. */
function difference(what: string, now: Counts, before: Counts): string | undefined {
  const grown = Object.entries(now)
    .map(([reason, count]) => [reason, count - (before[reason] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  if (grown.length === 0) return undefined;
  const sum = grown.reduce((total, [, count]) => total + count, 0);
  return `${counted(sum, what)} (${grown.map(([reason, count]) => `${reason} ${count}`).join(', ')})`;
}
