import { Episode } from '../../support/episode.js';
import { Pool, type Pooled } from './pool.js';

/** Items per segment, which is also the largest batch the driver handles at once. */
export const SEGMENT_SIZE = 256;

/** Spare segments a queue keeps: enough for 4,096 items to come and go without allocation. */
const MAX_IDLE_SEGMENTS = 16;

/** Items to read: the first `length` slots hold them. */
export interface Batch<T> {
  readonly items: readonly (T | undefined)[];
  readonly length: number;
}

/** A fixed run of slots, filled from the front. */
export interface Segment<T> extends Batch<T>, Pooled {
  readonly items: (T | undefined)[];
  length: number;
  next: Segment<T> | undefined;
}

/**
 * A bounded first-in-first-out queue, handed over a segment at a time.
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
 * `push` writes one slot. The consumer draws a line with `seal()`: what was pushed before it is due,
 * and `take()` gives it out segment by segment, without moving an item. What is pushed meanwhile waits
 * behind the line for the next one. A taken segment comes back by `recycle()`.
 *
 * At `capacity` a push is refused and nothing changes. The first refusal since the queue was last empty is
 * reported and, when the queue is empty again, how many there were. The items taken but not yet recycled do not
 * count: they are in the consumer's hands.
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
  /** How far the tail may be filled: it ends, or the queue's capacity does. */
  #limit: number;

  /** `name` says in reports what the queue holds. */
  constructor(name: string, capacity: number) {
    this.#overflowMessage = `the ${name} queue is full (${capacity}); the newest are dropped`;
    this.#overflowSummary = (lost) =>
      `dropped ${lost} ${name}${lost === 1 ? '' : 's'} because the ${name} queue was full (${capacity})`;
    this.capacity = capacity;
    this.#limit = this.#tailLimit();
  }

  /** Items waiting. */
  get size(): number {
    return this.#before + this.#tail.length;
  }

  /** The item pushed last, if it has not been sealed. */
  get newest(): T | undefined {
    const { items, length } = this.#tail;
    return length === 0 ? undefined : items[length - 1];
  }

  /** Adds an item, or returns false when the queue is full. */
  push(item: T): boolean {
    const tail = this.#tail;
    if (tail.length === this.#limit) return this.#pushBeyond(item);
    tail.items[tail.length++] = item;
    return true;
  }

  /** Makes everything pushed so far due. */
  seal(): void {
    if (this.#tail.length === 0) return;
    this.#lastDue = this.#tail;
    this.#append();
  }

  /** The oldest due segment, or undefined when nothing is due. */
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

  /** Takes back a segment and forgets the items in it. */
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
