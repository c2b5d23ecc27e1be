import type { SpanCache } from '../span-cache.js';

type Stats = ReturnType<SpanCache['stats']>;
type Counts = Readonly<Record<string, number>>;

/*
 * What a reader of traces would have seen. Not here: what an option leaves out, what came twice, log records
 * outside any span, and those beyond a span's limit, of which the span itself says how many there were.
 */
const SPANS_LOST = ['queue_full', 'invalid', 'relay', 'shutdown'] as const;
const eventsLost = ({ events }: Stats): Counts => ({
  ...pick(events.dropped, ['queue_full', 'late', 'invalid', 'relay']),
  ...pick(events.orphaned, ['late', 'evicted', 'expired', 'shutdown']),
});

/** Why a span is lost. */
export type SpanLoss = (typeof SPANS_LOST)[number];

/** Tells what a cache has lost, each loss once. */
export class Losses {
  readonly #cache: SpanCache;
  readonly #reasons: readonly SpanLoss[];
  #spans: Counts = {};
  #events: Counts = {};

  /** Of spans, those lost for these reasons. */
  constructor(cache: SpanCache, reasons: readonly SpanLoss[] = SPANS_LOST) {
    this.#cache = cache;
    this.#reasons = reasons;
  }

  /** Spans lost since they were told last. */
  ofSpans(): string | undefined {
    return this.#tellSpans(this.#cache.stats());
  }

  /** Spans and log events lost since they were told last. */
  all(): string | undefined {
    const stats = this.#cache.stats();
    const told = [this.#tellSpans(stats), this.#tellEvents(stats)].filter((text) => text !== undefined);
    return told.length > 0 ? told.join('; ') : undefined;
  }

  #tellSpans(stats: Stats): string | undefined {
    const before = this.#spans;
    this.#spans = pick(stats.spans.dropped, this.#reasons);
    return difference('span', this.#spans, before);
  }

  #tellEvents(stats: Stats): string | undefined {
    const before = this.#events;
    this.#events = eventsLost(stats);
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
