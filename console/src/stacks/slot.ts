import type { Tally } from './tally.js';

/**
 * Packed tallies of one time slot, with one entry per node that was called in it. Immutable.
 *
 *   nodes   id    id    …                       ascending
 *   sums    calls errors total self max │ …     five per entry
 *   ends    durations selves failures   │ …     three per entry: ends of its three runs in `cells` and `counts`;
 *                                               no run of selves: self times are the durations
 */
export interface Slot {
  /** Number of the slot since the Unix epoch, in the unit of its series. */
  readonly number: number;
  /** Number of marks set before it. No slot spans a mark. */
  readonly era: number;
  /** Arrival times of the first and the last call in it. */
  readonly first: number;
  readonly last: number;
  readonly nodes: Uint32Array;
  readonly sums: Float64Array;
  readonly ends: Uint32Array;
  readonly cells: Uint16Array;
  readonly counts: Uint32Array;
  readonly bytes: number;
}

export type SlotTime = Pick<Slot, 'number' | 'era' | 'first' | 'last'>;

/** The time that decides whether a window includes the slot. */
export function middleOf(slot: SlotTime): number {
  return (slot.first + slot.last) / 2;
}

export function packSlot(time: SlotTime, tallies: readonly (readonly [id: number, tally: Tally])[]): Slot {
  const entries = [...tallies].sort(([a], [b]) => a - b);
  const size = entries.reduce((sum, [, tally]) => sum + cellsOf(tally), 0);
  const slot = {
    ...time,
    nodes: Uint32Array.from(entries, ([id]) => id),
    sums: new Float64Array(entries.length * 5),
    ends: new Uint32Array(entries.length * 3),
    cells: new Uint16Array(size),
    counts: new Uint32Array(size),
    bytes: entries.length * (4 + 40 + 12) + size * 6 + SLOT_OVERHEAD,
  };
  fill(slot, entries);
  return slot;
}

/** Bytes of a slot without its entries: the object and the headers of its five typed arrays. */
const SLOT_OVERHEAD = 1_000;

/** Index of a node's entry; negative if the slot has none. */
export function entryOf({ nodes }: Slot, id: number): number {
  let low = 0;
  let high = nodes.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = nodes[middle]!;
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function cellsOf(tally: Tally): number {
  return tally.durations.used() + (tally.selves?.used() ?? 0) + (tally.failures?.used() ?? 0);
}

function fill(slot: Slot, entries: readonly (readonly [id: number, tally: Tally])[]): void {
  let end = 0;
  const append = (cell: number, count: number) => {
    slot.cells[end] = cell;
    slot.counts[end++] = count;
  };
  for (const [entry, [, tally]] of entries.entries()) {
    slot.sums.set([tally.calls, tally.errors, tally.total, tally.self, tally.max], entry * 5);
    tally.durations.forEach(append);
    slot.ends[entry * 3] = end;
    tally.selves?.forEach(append);
    slot.ends[entry * 3 + 1] = end;
    tally.failures?.forEach(append);
    slot.ends[entry * 3 + 2] = end;
  }
}
