import { estimatedSpanBytes } from '../../model/estimated-bytes.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { SubscriptionStats } from '../fanout/subscriber.js';
import { Segment } from './segment.js';
import { Vocabulary } from './vocabulary.js';

const MOST_ROWS = 256;

/**
 * How far an amended span is looked for, in spans. A cache remembers 16,384 at most to be amended; others come in between
 * where it has the spans of several threads.
 */
const MOST_LOOKED_AT = 65_536;

/**
 * The newest spans, up to a number and a size, in storage of their own.
 *
 * ```text
 *    segment        segment        segment
 *   ┌────────────┐ ┌────────────┐ ┌────────────┐
 *   │····▓▓▓▓▓▓▓▓│ │▓▓▓▓▓▓▓▓▓▓▓▓│ │▓▓▓▓▓       │
 *   └────────────┘ └────────────┘ └────────────┘
 *    gone, oldest                   newest, free
 * ```
 *
 * Spans give way one by one, with all that they refer to; their storage does a segment at a time. The oldest segment
 * becomes the newest once all of it is gone, so a full history allocates nothing any more. A span that is larger than
 * the whole history is not taken: no other gives way to it.
 */
export class SpanHistory {
  readonly #capacity: number;
  readonly #maxBytes: number;
  readonly #segmentRows: number;
  #vocabulary = new Vocabulary();
  /** Oldest first. */
  #segments: Segment[] = [];
  #spare: Segment | undefined;
  /** Rows of the oldest segment that gave way. */
  #gone = 0;
  #size = 0;
  #bytes = 0;
  #dropped = 0;
  #droppedByBytes = 0;
  /** The spans as they were read last, until one of them changes. */
  #read: readonly DeliveredSpan[] | undefined;

  constructor(capacity: number, maxBytes = Infinity) {
    this.#capacity = capacity;
    this.#maxBytes = maxBytes;
    this.#segmentRows = Math.min(capacity, MOST_ROWS);
  }

  /** What a subscription shows of it: spans that gave way or were too large are dropped. */
  stats(): Pick<SubscriptionStats, 'dropped' | 'droppedByBytes' | 'queuedBytes'> {
    return { dropped: this.#dropped, droppedByBytes: this.#droppedByBytes, queuedBytes: this.#bytes };
  }

  /** Takes a span in. The oldest give way to it. */
  add(span: DeliveredSpan): void {
    this.#read = undefined;
    const bytes = this.#newest().add(span, this.#maxBytes);
    if (bytes > this.#maxBytes) return this.#countTooLarge();
    this.#size++;
    this.#bytes += bytes;
    if (this.#size > this.#capacity) this.#dropOldest();
    this.#fitBytes();
  }

  /**
   * Puts a span in the place of the newest one with the same ids, if there is one.
   *
   * Looks for it from the newest on, and not for ever. Only spans delivered lately are amended: an index of all spans
   * would cost each as much memory as it takes by itself.
   */
  replace(span: DeliveredSpan): void {
    this.#read = undefined;
    const identity = span.spanContext();
    if (estimatedSpanBytes(span) > this.#maxBytes) return this.#countTooLarge();
    const last = Math.max(0, this.#segments.length - 1 - Math.ceil(MOST_LOOKED_AT / this.#segmentRows));
    for (let i = this.#segments.length - 1; i >= last; i--) {
      const row = this.#segments[i]!.find(identity, this.#goneOf(i));
      if (row < 0) continue;
      this.#bytes += this.#segments[i]!.replace(row, span);
      return this.#fitBytes();
    }
  }

  /** All spans, oldest first: the same objects as before, unless one has come since. */
  spans(): DeliveredSpan[] {
    this.#read ??= this.#segments.flatMap((segment, i) => segment.read(this.#goneOf(i)));
    return [...this.#read];
  }

  /** Forgets all spans; the counters go on. */
  clear(): void {
    this.#segments = [];
    this.#vocabulary = new Vocabulary();
    this.#spare = undefined;
    this.#gone = 0;
    this.#size = 0;
    this.#bytes = 0;
    this.#read = undefined;
  }

  #goneOf(segment: number): number {
    return segment === 0 ? this.#gone : 0;
  }

  #newest(): Segment {
    const newest = this.#segments.at(-1);
    if (newest !== undefined && !newest.full) return newest;
    const next = this.#spare ?? new Segment(this.#segmentRows, this.#vocabulary);
    this.#spare = undefined;
    this.#segments.push(next);
    return next;
  }

  #fitBytes(): void {
    while (this.#bytes > this.#maxBytes && this.#size > 0) {
      this.#dropOldest();
      this.#droppedByBytes++;
    }
  }

  #countTooLarge(): void {
    this.#dropped++;
    this.#droppedByBytes++;
  }

  #dropOldest(): void {
    this.#dropped++;
    this.#size--;
    this.#bytes -= this.#segments[0]!.forget(this.#gone);
    this.#gone++;
    if (this.#gone < this.#segmentRows) return;
    this.#gone = 0;
    this.#spare = this.#segments.shift()!;
    this.#spare.clear();
  }
}
