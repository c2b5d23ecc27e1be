import type { DeliveredSpan } from '../model/merged-span.js';
import { Segment } from './segment.js';
import { Vocabulary } from './vocabulary.js';

const MOST_ROWS = 256;

/**
 * How far an amended span is looked for, in spans. A cache remembers 16,384 at most to be amended; others come in between
 * where it has the spans of several threads.
 */
const MOST_LOOKED_AT = 65_536;

/**
 * The newest spans, up to a number, in storage of their own.
 *
 * ```text
 *    segment        segment        segment
 *   ┌────────────┐ ┌────────────┐ ┌────────────┐
 *   │····▓▓▓▓▓▓▓▓│ │▓▓▓▓▓▓▓▓▓▓▓▓│ │▓▓▓▓▓       │
 *   └────────────┘ └────────────┘ └────────────┘
 *    gone, oldest                   newest, free
 * ```
 *
 * Spans give way one by one, their storage a segment at a time. The oldest segment becomes the newest once all of
 * it is gone, so a full history allocates nothing any more. What has gone but shares a segment with what has
 * not is at most 256 spans, and no more than the capacity.
 */
export class SpanHistory {
  readonly #capacity: number;
  readonly #segmentRows: number;
  readonly #vocabulary = new Vocabulary();
  /** Oldest first. */
  readonly #segments: Segment[] = [];
  #spare: Segment | undefined;
  /** Rows of the oldest segment that gave way. */
  #gone = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#segmentRows = Math.min(capacity, MOST_ROWS);
  }

  /** Takes a span in, and returns whether the oldest one gave way to it. */
  add(span: DeliveredSpan): boolean {
    const full = this.#size === this.#capacity;
    if (full) this.#dropOldest();
    this.#newest().add(span);
    this.#size++;
    return full;
  }

  /**
   * Puts a span in the place of the newest one with the same ids, if there is one.
   *
   * Looks for it from the newest on, and not for ever. Only spans delivered lately are amended: an index of all spans
   * would cost each as much memory as it takes by itself.
   */
  replace(span: DeliveredSpan): void {
    const identity = span.spanContext();
    const last = Math.max(0, this.#segments.length - 1 - Math.ceil(MOST_LOOKED_AT / this.#segmentRows));
    for (let i = this.#segments.length - 1; i >= last; i--) {
      const row = this.#segments[i]!.find(identity, this.#goneOf(i));
      if (row >= 0) {
        this.#segments[i]!.replace(row, span);
        return;
      }
    }
  }

  /** All spans, oldest first. */
  spans(): DeliveredSpan[] {
    const spans: DeliveredSpan[] = [];
    this.#segments.forEach((segment, i) => segment.readInto(spans, this.#goneOf(i)));
    return spans;
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

  #dropOldest(): void {
    this.#size--;
    this.#gone++;
    if (this.#gone < this.#segmentRows) return;
    this.#gone = 0;
    this.#spare = this.#segments.shift()!;
    this.#spare.clear();
  }
}
