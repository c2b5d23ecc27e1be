import { RecentMap } from '../model/recent-map.js';

/** Why a trace is no longer kept. */
export type GoneReason = 'spans' | 'bytes' | 'cleared';

interface Tombstone {
  readonly at: number;
  readonly reason: GoneReason;
}

const MAX_TOMBSTONES = 10_000;

/** When and why the last 10,000 released traces were removed. */
export class Tombstones {
  readonly #tombstones = new RecentMap<Tombstone>(MAX_TOMBSTONES);

  add(traceId: string, at: number, reason: GoneReason): void {
    this.#tombstones.set(traceId, { at, reason });
  }

  of(traceId: string): Tombstone | undefined {
    return this.#tombstones.get(traceId);
  }
}
