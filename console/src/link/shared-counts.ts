/** Slots of the shared memory. */
const SLOT = { beatAt: 0, delay: 1, taken: 2, lost: 3, lostOrphans: 4, unreadable: 5 } as const;
const SLOTS = 6;

const NANOS_PER_MILLI = 1_000_000;

/** Numbers of spans and orphans that did not reach a worker. */
export interface FeedLosses {
  readonly spans: number;
  readonly orphans: number;
  /** Spans that could not be read. */
  readonly unreadable: number;
}

/**
 * Numbers in memory shared by the host and the worker: each side can read them while the other's event loop is blocked.
 * Each slot has one writer. Both threads read the same monotonic clock, so times are comparable.
 */
export class SharedCounts {
  readonly memory: SharedArrayBuffer;
  readonly #slots: BigInt64Array;

  constructor(memory = new SharedArrayBuffer(SLOTS * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#slots = new BigInt64Array(memory);
  }

  /** Host: publishes a turn of its event loop, which is `delayMillis` later than planned. */
  beat(delayMillis: number): void {
    this.#store(SLOT.delay, delayMillis * NANOS_PER_MILLI);
    Atomics.store(this.#slots, SLOT.beatAt, process.hrtime.bigint());
  }

  /** Milliseconds since the last beat; 0 before the first. */
  get sinceBeatMillis(): number {
    const at = Atomics.load(this.#slots, SLOT.beatAt);
    return at === 0n ? 0 : Math.max(0, Number(process.hrtime.bigint() - at) / NANOS_PER_MILLI);
  }

  /** Delay of the last beat, in milliseconds. */
  get delayMillis(): number {
    return this.#load(SLOT.delay) / NANOS_PER_MILLI;
  }

  /** Worker: counts a received batch. */
  take(): void {
    Atomics.add(this.#slots, SLOT.taken, 1n);
  }

  /** Number of batches that the worker has received. */
  get taken(): number {
    return this.#load(SLOT.taken);
  }

  set losses({ spans, orphans, unreadable }: FeedLosses) {
    this.#store(SLOT.lost, spans);
    this.#store(SLOT.lostOrphans, orphans);
    this.#store(SLOT.unreadable, unreadable);
  }

  get losses(): FeedLosses {
    return {
      spans: this.#load(SLOT.lost),
      orphans: this.#load(SLOT.lostOrphans),
      unreadable: this.#load(SLOT.unreadable),
    };
  }

  #store(slot: number, value: number): void {
    Atomics.store(this.#slots, slot, BigInt(Math.round(value)));
  }

  #load(slot: number): number {
    return Number(Atomics.load(this.#slots, slot));
  }
}
