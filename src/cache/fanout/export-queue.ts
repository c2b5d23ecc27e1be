import { Episode } from '../../support/episode.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import { Fifo } from '../../support/fifo.js';
import { fitting } from './byte-bound.js';
import { sizesOf } from './span-sizes.js';
import type { SubscriptionStats } from './subscriber.js';

/**
 * Spans that wait for export, oldest first, bounded in number and in bytes.
 *
 * A batch that does not fit is lost whole, counted, and reported once until the queue is empty again. An empty queue
 * takes any number of spans (a batch has at most 256), and in bytes as many as fit.
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

  /** About how many bytes they keep alive. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Spans lost, and of those, how many to the bound in bytes. */
  get lost(): Pick<SubscriptionStats, 'dropped' | 'droppedByBytes'> {
    return { dropped: this.#dropped, droppedByBytes: this.#droppedByBytes };
  }

  /**
   * Lets so many spans more wait, whatever their size, until it is set to 0: a flush moves here what is in memory anyway.
   *
   * A queue over its bound in bytes gets no further room in bytes, so that it does not grow from one flush to the next
   * while an exporter does not answer.
   */
  setFlushAllowance(spans: number): void {
    this.#flushAllowance = spans;
    this.#byteLimit = spans > 0 && this.#bytes <= this.#maxBytes ? Infinity : this.#maxBytes;
  }

  add(spans: readonly DeliveredSpan[]): void {
    if (spans.length === 0) return;
    if (this.length > 0 && this.length + spans.length > this.#maxSpans + this.#flushAllowance) return this.#lose(spans.length);
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

  /** Takes out the oldest spans, in a list of the caller's own. */
  take(most: number): DeliveredSpan[] {
    const taken: DeliveredSpan[] = [];
    while (taken.length < most && this.length > 0) {
      taken.push(this.#spans.shift()!);
      this.#bytes -= this.#sizes.shift()!;
    }
    if (this.length > 0) return taken;
    this.#overflow.end((lost) => `dropped ${lost} span${lost === 1 ? '' : 's'} because the queue of an exporter was full`);
    return taken;
  }

  #lose(spans: number): void {
    this.#dropped += spans;
    this.#overflow.report('the queue of an exporter is full; its spans are dropped', undefined, spans);
  }
}
