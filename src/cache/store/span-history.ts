import { estimatedSpanBytes } from '../../model/estimated-bytes.js';
import type { DeliveredSpan } from '../../model/merged-span.js';
import type { SubscriptionStats } from '../fanout/subscriber.js';
import { Segment } from './segment.js';
import { Vocabulary } from './vocabulary.js';

/** Maximum number of rows per segment. */
const MAX_SEGMENT_ROWS = 256;

/**
 * Maximum number of spans searched for the previous revision of an amended span. A cache can amend its last 16,384
 * spans; spans of other threads may be stored between them.
 */
const MAX_SEARCHED = 65_536;

/**
 * The newest spans, bounded in number and in bytes, in compact storage.
 *
 * ```text
 *    segment        segment        segment
 *   ┌────────────┐ ┌────────────┐ ┌────────────┐
 *   │····▓▓▓▓▓▓▓▓│ │▓▓▓▓▓▓▓▓▓▓▓▓│ │▓▓▓▓▓       │
 *   └────────────┘ └────────────┘ └────────────┘
 *    gone, oldest                   newest, free
 * ```
 *
 * Spans are evicted one by one, together with the objects they refer to. A segment that has become empty is reused as
 * the newest one, so a full history allocates no further segments. A span larger than `maxBytes` is dropped without
 * evicting others.
 */
export class SpanHistory {
  readonly #capacity: number;
  readonly #maxBytes: number;
  readonly #segmentRows: number;
  #vocabulary = new Vocabulary();
  /** Oldest first. */
  #segments: Segment[] = [];
  #spare: Segment | undefined;
  /** Evicted rows of the oldest segment. */
  #gone = 0;
  #size = 0;
  #bytes = 0;
  #dropped = 0;
  #droppedByBytes = 0;
  /** The result of the last read, until a span is added or amended. */
  #read: readonly DeliveredSpan[] | undefined;

  constructor(capacity: number, maxBytes = Infinity) {
    this.#capacity = capacity;
    this.#maxBytes = maxBytes;
    this.#segmentRows = Math.min(capacity, MAX_SEGMENT_ROWS);
  }

  /** The counters of a store subscription that this history keeps. Evicted and oversized spans count as dropped. */
  stats(): Pick<SubscriptionStats, 'dropped' | 'droppedByBytes' | 'queuedBytes'> {
    return { dropped: this.#dropped, droppedByBytes: this.#droppedByBytes, queuedBytes: this.#bytes };
  }

  /** Adds a span and evicts the oldest ones to make room. */
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
   * Replaces the newest span that has the same ids, if there is one among the last 65,536.
   *
   * This is a linear search from the newest span back, because only recent spans are amended. An index would double the
   * memory of each span.
   */
  replace(span: DeliveredSpan): void {
    this.#read = undefined;
    const identity = span.spanContext();
    if (estimatedSpanBytes(span) > this.#maxBytes) return this.#countTooLarge();
    const last = Math.max(0, this.#segments.length - 1 - Math.ceil(MAX_SEARCHED / this.#segmentRows));
    for (let i = this.#segments.length - 1; i >= last; i--) {
      const row = this.#segments[i]!.find(identity, this.#goneOf(i));
      if (row < 0) continue;
      this.#bytes += this.#segments[i]!.replace(row, span);
      return this.#fitBytes();
    }
  }

  /** All spans, oldest first. Returns the same objects until a span is added or amended. */
  spans(): DeliveredSpan[] {
    this.#read ??= this.#segments.flatMap((segment, i) => segment.read(this.#goneOf(i)));
    return [...this.#read];
  }

  /** Removes all spans. The counters are not reset. */
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
    while (this.#bytes > this.#maxBytes) {
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
