import { estimatedEventBytes } from '../../model/estimated-bytes.js';
import type { OrphanEvent } from '../../model/log-event.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import { Fifo } from '../../support/fifo.js';
import { fitting, totalOf } from './byte-bound.js';
import { NO_ORPHANS, NO_SPANS, type SpanBatch } from './span-batch.js';
import { sizesOf } from './span-sizes.js';
import type { SubscriptionStats } from './subscriber.js';

/** A batch and its lengths on arrival. The lists are shared, so another subscriber may have emptied them since. */
interface WaitingBatch {
  readonly batch: SpanBatch;
  readonly spans: number;
  readonly orphans: number;
  readonly bytes: number;
}

/**
 * The unread batches of one subscriber: at most `capacity` spans and orphans together, which keep at most
 * `maxBytes` estimated bytes alive.
 *
 * A batch that does not fit is dropped whole and counted. If the buffer is empty and the batch is larger than the
 * buffer, the part that fits is kept. The next batch read carries the number of spans dropped before it; if no batch
 * follows, an empty one does.
 */
export class BatchBuffer {
  readonly #capacity: number;
  readonly #maxBytes: number;
  readonly #batches = new Fifo<WaitingBatch>();
  #spans = 0;
  #orphans = 0;
  #bytes = 0;
  /** Spans dropped after the newest batch in the buffer. */
  #unreportedDrops = 0;
  #delivered = 0;
  #dropped = 0;
  #droppedByBytes = 0;
  #droppedOrphans = 0;

  constructor(capacity: number, maxBytes = Infinity) {
    this.#capacity = capacity;
    this.#maxBytes = maxBytes;
  }

  get empty(): boolean {
    return this.#batches.length === 0 && this.#unreportedDrops === 0;
  }

  /** The counters of a subscription that this buffer keeps. */
  stats(): Omit<SubscriptionStats, 'kind' | 'failed' | 'errors'> {
    return {
      delivered: this.#delivered,
      dropped: this.#dropped,
      droppedByBytes: this.#droppedByBytes,
      droppedOrphans: this.#droppedOrphans,
      queued: this.#spans,
      queuedBytes: this.#bytes,
    };
  }

  /** Makes the batch for a reader that is waiting for one. It skips the buffer, so no bound applies. */
  bypass(spans: readonly DeliveredSpan[], orphans: readonly OrphanEvent[]): SpanBatch {
    this.#delivered += spans.length;
    return { spans, orphans, dropped: this.#takeUnreportedDrops() };
  }

  /** Adds a batch of spans, or counts it as dropped. */
  addSpans(spans: readonly DeliveredSpan[]): void {
    const room = this.#room(spans.length);
    const candidates = room < spans.length ? spans.slice(0, room) : spans;
    const taken = fitting(candidates, sizesOf(candidates), this.#bytes, this.#maxBytes);
    if (taken.items.length > 0) this.#add(taken.items, NO_ORPHANS, totalOf(taken));
    const lost = spans.length - taken.items.length;
    this.#droppedByBytes += candidates.length - taken.items.length;
    this.#dropped += lost;
    this.#unreportedDrops += lost;
  }

  /** Adds a batch of orphans, or counts it as dropped. */
  addOrphans(orphans: readonly OrphanEvent[]): void {
    const candidates = orphans.slice(0, this.#room(orphans.length));
    const taken = fitting(candidates, candidates.map(estimatedEventBytes), this.#bytes, this.#maxBytes);
    const { length } = taken.items;
    if (length > 0) this.#add(NO_SPANS, length === orphans.length ? orphans : taken.items, totalOf(taken));
    this.#droppedOrphans += orphans.length - length;
  }

  /** The oldest batch, by reference. */
  shift(): SpanBatch | undefined {
    const waiting = this.#batches.shift();
    if (waiting === undefined) return this.#dropNotice();
    const { batch, spans, orphans, bytes } = waiting;
    this.#bytes -= bytes;
    this.#spans -= spans;
    this.#delivered += spans;
    this.#orphans -= orphans;
    return batch;
  }

  /** The oldest batches merged into one that has at least `wanted` spans and orphans, or else all of them. */
  shiftSome(wanted = Infinity): SpanBatch | undefined {
    const first = this.shift();
    if (this.empty || first === undefined) return first;

    const batches = [first];
    for (let left = wanted - sizeOf(first); left > 0; left -= sizeOf(batches.at(-1)!)) {
      const next = this.shift();
      if (next === undefined) break;
      batches.push(next);
    }
    if (batches.length === 1) return first;
    return {
      spans: batches.flatMap(({ spans }) => spans),
      orphans: batches.flatMap(({ orphans }) => orphans),
      dropped: batches.reduce((sum, { dropped }) => sum + dropped, 0),
    };
  }

  clear(): void {
    this.#batches.clear();
    this.#spans = 0;
    this.#orphans = 0;
    this.#bytes = 0;
    this.#unreportedDrops = 0;
  }

  /** Empties the buffer and counts its contents as dropped: nobody will read them. */
  drop(): void {
    this.#dropped += this.#spans;
    this.#droppedOrphans += this.#orphans;
    this.clear();
  }

  /** How many items of a batch are kept: the whole batch if it fits; otherwise 0, or `capacity` if the buffer is empty. */
  #room(length: number): number {
    const waiting = this.#spans + this.#orphans;
    if (waiting + length <= this.#capacity) return length;
    return waiting === 0 ? this.#capacity : 0;
  }

  #add(spans: readonly DeliveredSpan[], orphans: readonly OrphanEvent[], bytes: number): void {
    this.#spans += spans.length;
    this.#orphans += orphans.length;
    this.#bytes += bytes;
    const batch = { spans, orphans, dropped: this.#takeUnreportedDrops() };
    this.#batches.push({ batch, spans: spans.length, orphans: orphans.length, bytes });
  }

  #dropNotice(): SpanBatch | undefined {
    if (this.#unreportedDrops === 0) return undefined;
    return { spans: NO_SPANS, orphans: NO_ORPHANS, dropped: this.#takeUnreportedDrops() };
  }

  #takeUnreportedDrops(): number {
    const dropped = this.#unreportedDrops;
    this.#unreportedDrops = 0;
    return dropped;
  }
}

function sizeOf({ spans, orphans }: SpanBatch): number {
  return spans.length + orphans.length;
}
