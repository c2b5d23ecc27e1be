import type { SpanDemand } from '../cache/intake/gate.js';

/** Indexes of the numbers in the shared memory. */
const PLACE = { listening: 0, spans: 1, orphans: 2, taken: 3, waiting: 4, settled: 5 } as const;

const LENGTH = Object.keys(PLACE).length;

/** The demand for which a relay has settled, as bits: 1 always, 2 for spans, 4 for orphans. */
function bitsOf({ spans, orphans }: SpanDemand): number {
  return 1 | (spans ? 2 : 0) | (orphans ? 4 : 0);
}

/** Numbers of spans and orphans. */
export interface Owed {
  readonly spans: number;
  readonly orphans: number;
}

/**
 * Counters in memory shared by a relay and its receiver. Each side can read them at any time, even while the other's
 * event loop is blocked and after the relay's thread has died.
 *
 * Counters wrap modulo 2^32. Only differences are used, and these are far smaller.
 */
export class SharedCounts {
  readonly memory: Int32Array;

  constructor(memory: Int32Array = new Int32Array(new SharedArrayBuffer(LENGTH * Int32Array.BYTES_PER_ELEMENT))) {
    this.memory = memory;
  }

  /** Whether a value received in a message has the shape of this memory. */
  static fit(memory: unknown): memory is Int32Array {
    return memory instanceof Int32Array && memory.length === LENGTH;
  }

  /** Receiver: publishes that it listens to the relay's channel. */
  listen(): void {
    Atomics.store(this.memory, PLACE.listening, 1);
  }

  /** Relay: whether the receiver listens to the relay's channel. */
  get listening(): boolean {
    return Atomics.load(this.memory, PLACE.listening) === 1;
  }

  /**
   * Relay: publishes the total of spans and orphans that it has to send or to report as lost. Called before sending, so
   * that the total never lags behind the items that have arrived.
   */
  owe({ spans, orphans }: Owed): void {
    Atomics.store(this.memory, PLACE.spans, spans);
    Atomics.store(this.memory, PLACE.orphans, orphans);
  }

  /** Receiver: how many owed items are missing, given how many have arrived or were reported lost. Never negative. */
  missing(accounted: Owed): Owed {
    return {
      spans: Math.max(0, this.#since(PLACE.spans, accounted.spans)),
      orphans: Math.max(0, this.#since(PLACE.orphans, accounted.orphans)),
    };
  }

  /** Receiver: counts a processed batch. Returns whether the relay was waiting for one, and ends the wait. */
  take(): boolean {
    Atomics.add(this.memory, PLACE.taken, 1);
    return Atomics.exchange(this.memory, PLACE.waiting, 0) === 1;
  }

  /** Relay: how many batches the receiver has processed beyond the first `taken`. */
  takenSince(taken: number): number {
    return Math.max(0, this.#since(PLACE.taken, taken));
  }

  /** Relay: publishes that it waits for a batch to be processed. Read `takenSince()` afterwards, to avoid a lost wake-up. */
  wait(): void {
    Atomics.store(this.memory, PLACE.waiting, 1);
  }

  /** Relay: publishes that everything relayed so far has been sent. */
  settle(relayed: SpanDemand): void {
    Atomics.store(this.memory, PLACE.settled, bitsOf(relayed));
  }

  /** Relay: publishes that its thread has something to send. */
  unsettle(): void {
    Atomics.store(this.memory, PLACE.settled, 0);
  }

  /** Receiver: whether the relay has sent everything that there is demand for. */
  hasSettled(wanted: SpanDemand): boolean {
    const bits = bitsOf(wanted);
    return (Atomics.load(this.memory, PLACE.settled) & bits) === bits;
  }

  #since(place: number, before: number): number {
    return (Atomics.load(this.memory, place) - before) | 0;
  }
}
