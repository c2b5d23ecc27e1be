import type { ReceiverStats, ThreadStats } from './contract.js';

/** Exited threads that keep an entry of their own. */
const MAX_LISTED = 32;

type Sums = ReceiverStats['earlier'];

/** The counters of exited threads: one entry for each of the last 32, and the sums over all before them. */
export class ExitedThreads {
  readonly listed: ThreadStats[] = [];
  #earlier: Sums = {
    ended: 0,
    died: 0,
    received: 0,
    receivedOrphans: 0,
    dropped: 0,
    droppedOrphans: 0,
    unsent: 0,
    invalid: 0,
  };

  get earlier(): Sums {
    return this.#earlier;
  }

  add(stats: ThreadStats): void {
    this.listed.push(stats);
    if (this.listed.length > MAX_LISTED) this.#earlier = sum(this.#earlier, this.listed.shift()!);
  }
}

function sum(earlier: Sums, stats: ThreadStats): Sums {
  const counts = Object.keys(earlier) as (keyof Sums)[];
  const added = { ...stats, ended: stats.state === 'ended' ? 1 : 0, died: stats.state === 'died' ? 1 : 0 };
  return Object.fromEntries(counts.map((count) => [count, earlier[count] + added[count]])) as unknown as Sums;
}
