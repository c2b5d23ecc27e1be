import type { OrphanEvent } from '../model/log-event.js';
import type { DeliveredSpan } from '../model/merged-span.js';
import { NO_ORPHANS, NO_SPANS, type SpanBatch } from './span-batch.js';

/**
 * The batches a subscriber has not read yet: at most `capacity` spans and orphans together.
 *
 * A batch that does not fit is lost whole and counted; the next batch that is read tells how many spans
 * are missing before it. If nothing follows the loss, an empty batch tells it. The fan-out makes no
 * batch larger than `capacity`, so an empty buffer takes any.
 */
export class BatchBuffer {
  readonly capacity: number;
  readonly #batches: SpanBatch[] = [];
  #spans = 0;
  #orphans = 0;
  /** Spans lost after the newest batch in the buffer. */
  #untold = 0;
  #delivered = 0;
  #dropped = 0;
  #droppedOrphans = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
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

  /** Adds a batch of spans, or counts it as lost. */
  addSpans(spans: readonly DeliveredSpan[]): void {
    if (!this.#fits(spans.length)) {
      this.#dropped += spans.length;
      this.#untold += spans.length;
      return;
    }
    this.#spans += spans.length;
    this.#add(spans, NO_ORPHANS);
  }

  /** Adds a batch of orphans, or counts it as lost. */
  addOrphans(orphans: readonly OrphanEvent[]): void {
    if (!this.#fits(orphans.length)) {
      this.#droppedOrphans += orphans.length;
      return;
    }
    this.#orphans += orphans.length;
    this.#add(NO_SPANS, orphans);
  }

  /** The oldest batch, by reference. */
  shift(): SpanBatch | undefined {
    const batch = this.#batches.shift();
    if (batch === undefined) return this.#tellLoss();
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
    this.#untold = 0;
  }

  #fits(length: number): boolean {
    return this.#spans + this.#orphans + length <= this.capacity;
  }

  #add(spans: readonly DeliveredSpan[], orphans: readonly OrphanEvent[]): void {
    this.#batches.push({ spans, orphans, dropped: this.#untold });
    this.#untold = 0;
  }

  #tellLoss(): SpanBatch | undefined {
    if (this.#untold === 0) return undefined;
    const dropped = this.#untold;
    this.#untold = 0;
    return { spans: NO_SPANS, orphans: NO_ORPHANS, dropped };
  }
}
