import type { SharedCounts } from './shared-counts.js';

interface SentBatch {
  /** Spans and orphans. */
  readonly items: number;
  readonly bytes: number;
}

/** The batches that a relay has sent and its receiver has not processed yet. */
export class InFlight {
  readonly #counts: SharedCounts;
  /** Oldest first. */
  readonly #batches: SentBatch[] = [];
  #items = 0;
  #bytes = 0;
  /** Batches that the receiver has processed. */
  #taken = 0;

  constructor(counts: SharedCounts) {
    this.#counts = counts;
  }

  add(batch: SentBatch): void {
    this.#batches.push(batch);
    this.#items += batch.items;
    this.#bytes += batch.bytes;
  }

  /** The current sums, after removing the batches that the receiver has processed. */
  read(): SentBatch {
    const taken = this.#counts.takenSince(this.#taken);
    this.#taken += taken;
    for (const { items, bytes } of this.#batches.splice(0, taken)) {
      this.#items -= items;
      this.#bytes -= bytes;
    }
    return { items: this.#items, bytes: this.#bytes };
  }

  clear(): void {
    this.#batches.length = 0;
    this.#items = 0;
    this.#bytes = 0;
  }
}
