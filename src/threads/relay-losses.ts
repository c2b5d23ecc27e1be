import type { BatchBuffer } from '../cache/fanout/batch-buffer.js';
import type { SpanCache } from '../cache/span-cache.js';
import type { Losses } from './protocol.js';
import type { Owed } from './shared-counts.js';

type Stats = ReturnType<SpanCache['stats']>;

/**
 * The spans and orphans that a relay has to account for: received from its cache, or lost in this thread. Losses of the
 * cache count only while there is demand for its spans.
 */
export class RelayLosses {
  readonly #cache: SpanCache;
  readonly #buffer: BatchBuffer;
  #took: Owed = { spans: 0, orphans: 0 };
  /** Lost by the cache while there was demand. */
  #inCache: Owed = { spans: 0, orphans: 0 };
  /** Total losses of the cache when they were last read; undefined while there is no demand. */
  #seen: Owed | undefined;
  #reported: Owed = { spans: 0, orphans: 0 };

  constructor(cache: SpanCache, buffer: BatchBuffer) {
    this.#cache = cache;
    this.#buffer = buffer;
  }

  /** Called when demand begins. */
  begin(): void {
    this.#seen ??= lostByCache(this.#cache.stats());
  }

  /** Called when demand ends. */
  pause(): void {
    this.#look(this.#cache.stats());
    this.#seen = undefined;
  }

  took(spans: number, orphans: number): void {
    this.#took = sum(this.#took, { spans, orphans });
  }

  /** Totals to be sent or reported as lost, including the spans that the cache has not delivered yet. */
  owed(stats: Stats): Owed {
    this.#look(stats);
    const { queued, held } = stats.spans;
    const waiting = { spans: this.#seen === undefined ? 0 : queued + held, orphans: 0 };
    return sum(this.#took, sum(this.#inCache, waiting));
  }

  /** Losses since the previous call. Includes losses of the cache up to the last call of `owed()`. */
  take(): Losses {
    const { dropped, droppedOrphans } = this.#buffer.stats();
    const lost = sum({ spans: dropped, orphans: droppedOrphans }, this.#inCache);
    const { spans, orphans } = difference(lost, this.#reported);
    this.#reported = lost;
    return { dropped: spans, droppedOrphans: orphans };
  }

  #look(stats: Stats): void {
    if (this.#seen === undefined) return;
    const lost = lostByCache(stats);
    this.#inCache = sum(this.#inCache, difference(lost, this.#seen));
    this.#seen = lost;
  }
}

function lostByCache({ spans, events }: Stats): Owed {
  const { queue_full, invalid, relay } = spans.dropped;
  return { spans: queue_full + invalid + relay, orphans: events.dropped.relay };
}

function sum(one: Owed, other: Owed): Owed {
  return { spans: one.spans + other.spans, orphans: one.orphans + other.orphans };
}

function difference(one: Owed, other: Owed): Owed {
  return { spans: one.spans - other.spans, orphans: one.orphans - other.orphans };
}
