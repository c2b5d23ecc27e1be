import type { PackedBatch } from 'otel-span-cache/threads';
import type { SharedCounts } from '../link/shared-counts.js';

interface Posted {
  readonly spans: number;
  readonly orphans: number;
  readonly bytes: number;
}

/** The batches on their way to the worker, which receives them in posting order. */
export class InFlight {
  readonly #counts: SharedCounts;
  /** Oldest first. */
  readonly #batches: Posted[] = [];
  #items = 0;
  #bytes = 0;
  /** Number of batches that the worker has received. */
  #taken = 0;

  constructor(counts: SharedCounts) {
    this.#counts = counts;
  }

  get items(): number {
    return this.read().items;
  }

  /** Numbers of spans and orphans on their way. */
  get left(): { readonly spans: number; readonly orphans: number } {
    this.read();
    let [spans, orphans] = [0, 0];
    for (const batch of this.#batches) {
      spans += batch.spans;
      orphans += batch.orphans;
    }
    return { spans, orphans };
  }

  add(batch: PackedBatch): void {
    const { spans, orphans } = batch;
    const bytes = bytesOf(batch);
    this.#batches.push({ spans, orphans, bytes });
    this.#items += spans + orphans;
    this.#bytes += bytes;
  }

  /** The current sums, after removing the batches that the worker has received. */
  read(): { readonly items: number; readonly bytes: number } {
    const taken = this.#counts.taken - this.#taken;
    this.#taken += taken;
    for (const { spans, orphans, bytes } of this.#batches.splice(0, taken)) {
      this.#items -= spans + orphans;
      this.#bytes -= bytes;
    }
    return { items: this.#items, bytes: this.#bytes };
  }
}

function bytesOf({ added, once, objects, items }: PackedBatch): number {
  let bytes = objects.length + items.length;
  for (const text of added) bytes += text.length;
  for (const text of once) bytes += text.length;
  return bytes;
}
