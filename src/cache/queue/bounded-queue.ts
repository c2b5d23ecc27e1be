import { counted } from '../../model/text-of.js';
import { Episode } from '../../support/episode.js';
import { Pool, type Pooled } from './pool.js';

/** Items per segment, and the maximum batch size of the driver. */
export const SEGMENT_SIZE = 256;

/** Maximum number of spare segments per queue: up to 4,096 items can be in flight without allocation. */
const MAX_IDLE_SEGMENTS = 16;

/** A list of which the first `length` items are valid. */
export interface Batch<T> {
  readonly items: readonly (T | undefined)[];
  readonly length: number;
}

/** An array of fixed size, filled from the front. */
export interface Segment<T> extends Batch<T>, Pooled {
  readonly items: (T | undefined)[];
  length: number;
  next: Segment<T> | undefined;
}

/**
 * A bounded FIFO queue that is consumed in segments.
 *
 * ```
 *    oldest                                newest
 *   ┌────────┐    ┌────────┐    ┌────────┐
 *   │████████│ ─▶ │█████   │ ─▶ │███     │
 *   └────────┘    └────────┘    └────────┘
 *     take()        #lastDue       push()
 *   ╰──────── due ────────╯
 * ```
 *
 * `push()` writes one slot. `seal()` marks everything pushed so far as due, and `take()` returns the due items segment
 * by segment, without moving them. Items pushed later wait for the next `seal()`. The consumer returns each taken
 * segment with `recycle()`.
 *
 * At `capacity`, a push is rejected and nothing changes. The first rejection is reported at once, the total when the
 * queue is next empty. Items of taken segments do not count towards `capacity`.
 */
export class BoundedQueue<T> {
  readonly capacity: number;
  readonly #overflowMessage: string;
  readonly #overflowSummary: (lost: number) => string;
  readonly #overflow = new Episode();
  readonly #pool = new Pool<Segment<T>>(MAX_IDLE_SEGMENTS, newSegment, clearSegment, isClearSegment);
  #head = this.#pool.acquire();
  #tail = this.#head;
  #lastDue: Segment<T> | undefined;
  /** Items in the segments before the tail. */
  #before = 0;
  /** Maximum length of the tail: the segment size, or less at the capacity of the queue. */
  #limit: number;

  /** @param name item name, for reports */
  constructor(name: string, capacity: number) {
    this.#overflowMessage = `the ${name} queue is full (${capacity}); new ${name}s are dropped`;
    this.#overflowSummary = (lost) => `dropped ${counted(lost, name)} because the ${name} queue was full (${capacity})`;
    this.capacity = capacity;
    this.#limit = this.#tailLimit();
  }

  get size(): number {
    return this.#before + this.#tail.length;
  }

  /** The item pushed last, unless it has been sealed. */
  get newest(): T | undefined {
    const { items, length } = this.#tail;
    return length === 0 ? undefined : items[length - 1];
  }

  /** Adds an item. Returns false when the queue is full. */
  push(item: T): boolean {
    const tail = this.#tail;
    if (tail.length === this.#limit) return this.#pushBeyond(item);
    tail.items[tail.length++] = item;
    return true;
  }

  /** Marks everything pushed so far as due. */
  seal(): void {
    if (this.#tail.length === 0) return;
    this.#lastDue = this.#tail;
    this.#append();
  }

  /** Removes and returns the oldest due segment; undefined when nothing is due. */
  take(): Segment<T> | undefined {
    if (this.#lastDue === undefined) return undefined;
    const segment = this.#head;
    if (segment === this.#lastDue) this.#lastDue = undefined;
    // A due segment always has a successor: seal() appended one.
    this.#head = segment.next!;
    segment.next = undefined;
    this.#before -= segment.length;
    this.#limit = this.#tailLimit();
    if (this.size === 0) this.#overflow.end(this.#overflowSummary);
    return segment;
  }

  /** Clears a taken segment and keeps it for reuse. */
  recycle(segment: Segment<T>): void {
    this.#pool.release(segment);
  }

  #pushBeyond(item: T): boolean {
    if (this.size >= this.capacity) {
      this.#overflow.report(this.#overflowMessage, undefined, 1);
      return false;
    }
    this.#append();
    return this.push(item);
  }

  #append(): void {
    const segment = this.#pool.acquire();
    this.#before += this.#tail.length;
    this.#tail.next = segment;
    this.#tail = segment;
    this.#limit = this.#tailLimit();
  }

  #tailLimit(): number {
    return Math.min(SEGMENT_SIZE, this.capacity - this.#before);
  }
}

function newSegment<T>(): Segment<T> {
  return {
    items: new Array<T | undefined>(SEGMENT_SIZE).fill(undefined),
    length: 0,
    next: undefined,
    spare: false,
  };
}

function isClearSegment({ items, length, next }: Segment<unknown>): boolean {
  return length === 0 && next === undefined && items.every((item) => item === undefined);
}

function clearSegment(segment: Segment<unknown>): void {
  segment.items.fill(undefined, 0, segment.length);
  segment.length = 0;
}
