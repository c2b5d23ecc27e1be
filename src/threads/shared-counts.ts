import type { SpanDemand } from '../cache/intake/gate.js';

/** The places of the numbers in the shared memory. */
const PLACE = { listening: 0, spans: 1, orphans: 2, taken: 3, waiting: 4, settled: 5 } as const;

const LENGTH = Object.keys(PLACE).length;

/** What a relay relays, as bits: 1 that it has settled, 2 for spans, 4 for orphans. */
function bitsOf({ spans, orphans }: SpanDemand): number {
  return 1 | (spans ? 2 : 0) | (orphans ? 4 : 0);
}

/** Spans and orphans, each as a number. */
export interface Owed {
  readonly spans: number;
  readonly orphans: number;
}

/**
 * Numbers in memory that a relay and its receiver share. Each side reads them at any time: while the other's event
 * loop stands still, and after the relay's thread has died.
 *
 * Counts go on for ever and are kept modulo 2^32. Only their differences are used, which are far smaller.
 */
export class SharedCounts {
  readonly memory: Int32Array;

  constructor(memory: Int32Array = new Int32Array(new SharedArrayBuffer(LENGTH * Int32Array.BYTES_PER_ELEMENT))) {
    this.memory = memory;
  }

  /** Whether a value that came in a message can be such memory. */
  static fit(memory: unknown): memory is Int32Array {
    return memory instanceof Int32Array && memory.length === LENGTH;
  }

  /** The receiver: it listens to the relay's own channel. */
  listen(): void {
    Atomics.store(this.memory, PLACE.listening, 1);
  }

  /** The relay: whether what it posts on its own channel is heard. */
  get listening(): boolean {
    return Atomics.load(this.memory, PLACE.listening) === 1;
  }

  /**
   * The relay: how many spans and orphans it has to account for so far, each to be sent or to be counted as lost.
   * Stored before any of them is sent, so that the receiver never takes what has come for lost.
   */
  owe({ spans, orphans }: Owed): void {
    Atomics.store(this.memory, PLACE.spans, spans);
    Atomics.store(this.memory, PLACE.orphans, orphans);
  }

  /** The receiver: how many of them are missing still, given how many it knows the fate of. Never negative. */
  missing(accounted: Owed): Owed {
    return {
      spans: Math.max(0, this.#since(PLACE.spans, accounted.spans)),
      orphans: Math.max(0, this.#since(PLACE.orphans, accounted.orphans)),
    };
  }

  /** The receiver: it has taken a batch. Returns whether the relay waits for that, and no longer does so. */
  take(): boolean {
    Atomics.add(this.memory, PLACE.taken, 1);
    return Atomics.exchange(this.memory, PLACE.waiting, 0) === 1;
  }

  /** The relay: how many batches were taken since so many were. */
  takenSince(taken: number): number {
    return Math.max(0, this.#since(PLACE.taken, taken));
  }

  /** The relay: it waits until a batch is taken. To be followed by a look at `takenSince()`. */
  wait(): void {
    Atomics.store(this.memory, PLACE.waiting, 1);
  }

  /** The relay: all that its thread has ended is sent, of what is relayed. */
  settle(relayed: SpanDemand): void {
    Atomics.store(this.memory, PLACE.settled, bitsOf(relayed));
  }

  /** The relay: its thread has something to send. */
  unsettle(): void {
    Atomics.store(this.memory, PLACE.settled, 0);
  }

  /** The receiver: whether all of what is wanted has been sent. */
  hasSettled(wanted: SpanDemand): boolean {
    const bits = bitsOf(wanted);
    return (Atomics.load(this.memory, PLACE.settled) & bits) === bits;
  }

  #since(place: number, before: number): number {
    return (Atomics.load(this.memory, place) - before) | 0;
  }
}
