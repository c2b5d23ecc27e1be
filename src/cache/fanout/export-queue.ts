import { counted } from '../../model/text-of.js';
import { Episode } from '../../support/episode.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import { Fifo } from '../../support/fifo.js';
import { fitting } from './byte-bound.js';
import { sizesOf } from './span-sizes.js';
import type { SubscriptionStats } from './subscriber.js';

/**
 * Spans waiting for export, oldest first, bounded in number and in bytes.
 *
 * A batch that does not fit is dropped whole, counted, and reported once until the queue is empty again. An empty queue
 * ignores the bound in number (a batch has at most 256 spans), and keeps as many spans of a batch as fit by bytes.
 */
export class ExportQueue {
  readonly #maxSpans: number;
  readonly #maxBytes: number;
  readonly #spans = new Fifo<DeliveredSpan>();
  readonly #sizes = new Fifo<number>();
  readonly #overflow = new Episode();
  #flushAllowance = 0;
  /** `maxBytes`, or infinity during a flush. */
  #byteLimit: number;
  #bytes = 0;
  #dropped = 0;
  #droppedByBytes = 0;

  constructor(maxSpans: number, maxBytes: number) {
    this.#maxSpans = maxSpans;
    this.#maxBytes = maxBytes;
    this.#byteLimit = maxBytes;
  }

  get length(): number {
    return this.#spans.length;
  }

  /** Estimated bytes that the queued spans keep alive. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Spans dropped, and how many of these were dropped because of the bound in bytes. */
  get lost(): Pick<SubscriptionStats, 'dropped' | 'droppedByBytes'> {
    return { dropped: this.#dropped, droppedByBytes: this.#droppedByBytes };
  }

  /**
   * Raises the bound by this many spans and lifts the bound in bytes, until called with 0: the spans that a flush moves
   * here are in memory already. If the queue already exceeds the bound in bytes, that bound stays in force; otherwise
   * the queue would grow with each flush while an exporter hangs.
   */
  setFlushAllowance(spans: number): void {
    this.#flushAllowance = spans;
    this.#byteLimit = spans > 0 && this.#bytes <= this.#maxBytes ? Infinity : this.#maxBytes;
  }

  add(spans: readonly DeliveredSpan[]): void {
    if (spans.length === 0) return;
    if (this.length > 0 && this.length + spans.length > this.#maxSpans + this.#flushAllowance)
      return this.#lose(spans.length);
    const { items, sizes } = fitting(spans, sizesOf(spans), this.#bytes, this.#byteLimit);
    for (const span of items) this.#spans.push(span);
    for (const size of sizes) {
      this.#sizes.push(size);
      this.#bytes += size;
    }
    const tooLarge = spans.length - items.length;
    this.#droppedByBytes += tooLarge;
    if (tooLarge > 0) this.#lose(tooLarge);
  }

  /** Removes and returns the oldest spans, at most `most`. */
  take(most: number): DeliveredSpan[] {
    const taken: DeliveredSpan[] = [];
    while (taken.length < most && this.length > 0) {
      taken.push(this.#spans.shift()!);
      this.#bytes -= this.#sizes.shift()!;
    }
    if (this.length > 0) return taken;
    this.#overflow.end((lost) => `dropped ${counted(lost, 'span')} because the queue of an exporter was full`);
    return taken;
  }

  #lose(spans: number): void {
    this.#dropped += spans;
    this.#overflow.report('the queue of an exporter is full; new spans are dropped', undefined, spans);
  }
}
