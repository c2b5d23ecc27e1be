import { estimatedEventBytes, estimatedSpanBytes } from '../model/estimated-bytes.js';
import type { OrphanEvent } from '../model/log-event.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import { NO_ORPHANS, NO_SPANS, type SpanBatch } from './span-batch.js';

interface WaitingBatch {
  readonly batch: SpanBatch;
  readonly bytes: number;
}

/**
 * The batches a subscriber has not read yet: at most `capacity` spans and orphans together, and at most `maxBytes`
 * bytes by estimate.
 *
 * A batch that does not fit is lost whole and counted; of one larger than the buffer itself, an empty
 * buffer takes what it can hold. The next batch that is read tells how many spans are missing before it.
 * If nothing follows the loss, an empty batch tells it.
 */
export class BatchBuffer {
  readonly capacity: number;
  readonly #maxBytes: number;
  readonly #batches: WaitingBatch[] = [];
  #spans = 0;
  #orphans = 0;
  #bytes = 0;
  /** Spans lost after the newest batch in the buffer. */
  #untold = 0;
  #delivered = 0;
  #dropped = 0;
  #droppedByBytes = 0;
  #droppedOrphans = 0;

  constructor(capacity: number, maxBytes = Infinity) {
    this.capacity = capacity;
    this.#maxBytes = maxBytes;
  }

  /** Spans waiting. */
  get queued(): number {
    return this.#spans;
  }

  get empty(): boolean {
    return this.#batches.length === 0 && this.#untold === 0;
  }

  /** Spans read. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Spans lost. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Orphans lost. */
  get droppedOrphans(): number {
    return this.#droppedOrphans;
  }

  stats(): { queued: number; queuedBytes: number; dropped: number; droppedByBytes: number; droppedOrphans: number } {
    return {
      queued: this.#spans,
      queuedBytes: this.#bytes,
      dropped: this.#dropped,
      droppedByBytes: this.#droppedByBytes,
      droppedOrphans: this.#droppedOrphans,
    };
  }

  /** Takes a batch past the buffer, to a reader that waits for it: no bound applies. */
  passSpans(spans: readonly DeliveredSpan[]): SpanBatch {
    this.#delivered += spans.length;
    return { spans, orphans: NO_ORPHANS, dropped: this.#takeUntold() };
  }

  passOrphans(orphans: readonly OrphanEvent[]): SpanBatch {
    return { spans: NO_SPANS, orphans, dropped: this.#takeUntold() };
  }

  /** Adds a batch of spans, or counts it as lost. */
  addSpans(spans: readonly DeliveredSpan[]): void {
    const room = this.#room(spans.length);
    const { taken, bytes } = this.#fitting(spans, room, estimatedSpanBytes);
    const lost = spans.length - taken;
    if (taken > 0) {
      this.#spans += taken;
      this.#add(lost === 0 ? spans : spans.slice(0, taken), NO_ORPHANS, bytes);
    }
    this.#dropped += lost;
    this.#droppedByBytes += room - taken;
    this.#untold += lost;
  }

  /** Adds a batch of orphans, or counts it as lost. */
  addOrphans(orphans: readonly OrphanEvent[]): void {
    const { taken, bytes } = this.#fitting(orphans, this.#room(orphans.length), estimatedEventBytes);
    const lost = orphans.length - taken;
    if (taken > 0) {
      this.#orphans += taken;
      this.#add(NO_SPANS, lost === 0 ? orphans : orphans.slice(0, taken), bytes);
    }
    this.#droppedOrphans += lost;
  }

  /** The oldest batch, by reference. */
  shift(): SpanBatch | undefined {
    const waiting = this.#batches.shift();
    if (waiting === undefined) return this.#tellLoss();
    const { batch, bytes } = waiting;
    this.#bytes -= bytes;
    this.#spans -= batch.spans.length;
    this.#delivered += batch.spans.length;
    this.#orphans -= batch.orphans.length;
    return batch;
  }

  /** Everything there is, in one batch. */
  shiftAll(): SpanBatch | undefined {
    const first = this.shift();
    if (this.empty || first === undefined) return first;

    const batches = [first];
    for (let batch = this.shift(); batch; batch = this.shift()) batches.push(batch);
    return {
      spans: batches.flatMap(({ spans }) => spans),
      orphans: batches.flatMap(({ orphans }) => orphans),
      dropped: batches.reduce((sum, { dropped }) => sum + dropped, 0),
    };
  }

  /** Forgets what is waiting. */
  clear(): void {
    this.#batches.length = 0;
    this.#spans = 0;
    this.#orphans = 0;
    this.#bytes = 0;
    this.#untold = 0;
  }

  /** Counts what is waiting as lost: nobody will read it. */
  drop(): void {
    this.#dropped += this.#spans;
    this.#droppedOrphans += this.#orphans;
    this.clear();
  }

  /** How many of a batch are taken: all if they fit, none if not, or what an empty buffer can hold. */
  #room(length: number): number {
    const waiting = this.#spans + this.#orphans;
    if (waiting + length <= this.capacity) return length;
    return waiting === 0 ? this.capacity : 0;
  }

  /** How many of the first ones fit by their size, by the same rule, and how large they are. */
  #fitting<T>(items: readonly T[], count: number, sizeOf: (item: T) => number): { taken: number; bytes: number } {
    const left = this.#maxBytes - this.#bytes;
    let bytes = 0;
    for (let i = 0; i < count; i++) {
      const size = sizeOf(items[i]!);
      if (bytes + size > left) return this.#bytes === 0 ? { taken: i, bytes } : { taken: 0, bytes: 0 };
      bytes += size;
    }
    return { taken: count, bytes };
  }

  #add(spans: readonly DeliveredSpan[], orphans: readonly OrphanEvent[], bytes: number): void {
    this.#bytes += bytes;
    this.#batches.push({ batch: { spans, orphans, dropped: this.#takeUntold() }, bytes });
  }

  #tellLoss(): SpanBatch | undefined {
    if (this.#untold === 0) return undefined;
    return { spans: NO_SPANS, orphans: NO_ORPHANS, dropped: this.#takeUntold() };
  }

  #takeUntold(): number {
    const untold = this.#untold;
    this.#untold = 0;
    return untold;
  }
}
