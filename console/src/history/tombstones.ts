/** Why a trace is no longer kept. */
export type GoneReason = 'spans' | 'bytes' | 'cleared';

interface Tombstone {
  readonly at: number;
  readonly reason: GoneReason;
}

const MAX_TOMBSTONES = 10_000;

/**
 * When and why the last 10,000 released traces were removed. A ring holds their ids in order, because finding the first
 * key of a map takes long after many deletions.
 */
export class Tombstones {
  readonly #tombstones = new Map<string, Tombstone>();
  readonly #ring: string[] = [];
  #next = 0;

  add(traceId: string, at: number, reason: GoneReason): void {
    const isKnown = this.#tombstones.has(traceId);
    this.#tombstones.set(traceId, { at, reason });
    if (isKnown) return;
    const oldest = this.#ring[this.#next];
    if (oldest !== undefined) this.#tombstones.delete(oldest);
    this.#ring[this.#next] = traceId;
    this.#next = (this.#next + 1) % MAX_TOMBSTONES;
  }

  of(traceId: string): Tombstone | undefined {
    return this.#tombstones.get(traceId);
  }
}
