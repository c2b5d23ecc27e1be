import type { BatchBuffer } from '../cache/fanout/batch-buffer.js';
import type { SpanCache } from '../cache/span-cache.js';
import type { Losses } from './protocol.js';
import type { Owed } from './shared-counts.js';
import type { BatchPacker } from './wire/batch-packer.js';

type Stats = ReturnType<SpanCache['stats']>;

/**
 * The spans and orphans that a relay has to account for: those it took from its cache, and those lost in this thread.
 * Losses of the cache while nobody wanted its spans do not count.
 */
export class RelayLosses {
  readonly #cache: SpanCache;
  readonly #buffer: BatchBuffer;
  readonly #packer: BatchPacker;
  #took: Owed = { spans: 0, orphans: 0 };
  /** Lost by the cache while somebody wanted what it had. */
  #inCache: Owed = { spans: 0, orphans: 0 };
  /** All that the cache had lost when that was looked at last; undefined while nobody wants what it has. */
  #seen: Owed | undefined;
  #reported: Owed = { spans: 0, orphans: 0 };

  constructor(cache: SpanCache, buffer: BatchBuffer, packer: BatchPacker) {
    this.#cache = cache;
    this.#buffer = buffer;
    this.#packer = packer;
  }

  /** Somebody wants what the cache has. */
  begin(): void {
    this.#seen ??= lostByCache(this.#cache.stats());
  }

  /** Nobody does any more. */
  pause(): void {
    this.#look(this.#cache.stats());
    this.#seen = undefined;
  }

  took(spans: number, orphans: number): void {
    this.#took = sum(this.#took, { spans, orphans });
  }

  /** All that is to be sent or to be told as lost, until now; what the cache has not delivered yet, too. */
  owed(stats: Stats): Owed {
    this.#look(stats);
    const { queued, held } = stats.spans;
    const waiting = { spans: this.#seen === undefined ? 0 : queued + held, orphans: 0 };
    return sum(this.#took, sum(this.#inCache, waiting));
  }

  /** What was lost since this was asked for last. What the cache has lost is known from `owed()`. */
  take(): Losses {
    const { dropped, droppedOrphans } = this.#buffer.stats();
    const lost = sum(sum({ spans: dropped, orphans: droppedOrphans }, this.#packer.unreadable), this.#inCache);
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
