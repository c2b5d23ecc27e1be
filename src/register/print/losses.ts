import type { SpanCache } from '../../cache/span-cache.js';
import type { OpenSpansReport } from './open-spans-reporter.js';

type Stats = ReturnType<SpanCache['stats']>;
type Counts = Readonly<Record<string, number>>;

/*
 * What a reader of traces would have seen. Not here: what an option leaves out, what came twice, log records
 * outside any span, and those beyond a span's limit, of which the span itself says how many there were.
 */
const SPANS_LOST = ['queue_full', 'invalid', 'relay', 'shutdown'] as const;
const eventsLost = ({ events }: Stats): Counts => ({
  ...pick(events.dropped, ['queue_full', 'late', 'invalid', 'relay']),
  ...pick(events.orphaned, ['late', 'evicted', 'expired']),
});

/** Why the cache has lost a span. */
export type SpanLoss = (typeof SPANS_LOST)[number];

/** Tells what is not shown, each loss once. */
export class Losses {
  readonly #cache: SpanCache;
  readonly #reasons: readonly SpanLoss[];
  #spans: Counts = {};
  #events: Counts = {};
  /** Spans for which standard error had no room. */
  readonly #unwritten: () => number;
  /** Spans that have not ended, and are too many to be shown. */
  #open = 0;
  /** Log events shown though their span had not ended. */
  #shownOfOpenSpans = 0;

  /** Of spans that the cache has lost, those lost for these reasons. */
  constructor(cache: SpanCache, unwritten: () => number, reasons: readonly SpanLoss[] = SPANS_LOST) {
    this.#cache = cache;
    this.#unwritten = unwritten;
    this.#reasons = reasons;
  }

  /** What is not shown of open spans, and which of their log events are. */
  addOpen({ notShown, logEvents }: OpenSpansReport): void {
    this.#open += notShown;
    this.#shownOfOpenSpans += logEvents;
  }

  /** Spans not shown since they were told last. */
  ofSpans(): string | undefined {
    return this.#tellSpans(this.#cache.stats());
  }

  /** Spans and log events not shown since they were told last. Log events that still wait are not shown any more. */
  all(): string | undefined {
    const stats = this.#cache.stats();
    const told = [this.#tellSpans(stats), this.#tellEvents(stats)].filter((text) => text !== undefined);
    return told.length > 0 ? told.join('; ') : undefined;
  }

  #tellSpans(stats: Stats): string | undefined {
    const before = this.#spans;
    this.#spans = { ...pick(stats.spans.dropped, this.#reasons), stderr_full: this.#unwritten(), open: this.#open };
    return difference('span', this.#spans, before);
  }

  #tellEvents(stats: Stats): string | undefined {
    const { parked, orphaned } = stats.events;
    const before = this.#events;
    // What is parked becomes an orphan when the cache shuts down, and is one loss.
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
  return `${sum} ${what}${sum === 1 ? '' : 's'} (${grown.map(([reason, count]) => `${reason} ${count}`).join(', ')})`;
}
