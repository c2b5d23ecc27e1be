import { type Slot, middleOf, packSlot } from './slot.js';
import { Tally } from './tally.js';

/**
 * Length of the slots of each level, and how long they are kept before they move to the next level, in milliseconds.
 */
export const LEVELS = [
  { slotMillis: 1_000, keptMillis: 300_000 },
  { slotMillis: 10_000, keptMillis: 3_600_000 },
  { slotMillis: 60_000, keptMillis: 43_200_000 },
] as const;

/** Maximum number of slots of one level. Marks can split slots, so there may be more than the time alone allows. */
const MAX_SLOTS = 1_000;

/**
 * Time slots over the last 12 hours. Each call is in exactly one: fine slots that are too old are merged into a coarse
 * one, and the oldest coarse slots are dropped. Slots without calls take no memory.
 *
 *   coarse  │ 1 min │ 1 min │  middle │10 s│10 s│10 s│  fine │1s│1s│1s│1s│   now
 *
 * Past its bound in bytes, it merges slots earlier, oldest first, then drops the oldest.
 */
export class SlotSeries {
  readonly #maxBytes: number;
  readonly #idOf: (node: number) => number;
  readonly #levels: [fine: Slot[], middle: Slot[], coarse: Slot[]] = [[], [], []];
  #bytes = 0;
  #cells = 0;
  #dropped = 0;

  /**
   * @param maxBytes limit for all slots together
   * @param idOf returns the id under which a node's calls count now: its own, or that of `(others)`
   */
  constructor(maxBytes: number, idOf: (node: number) => number) {
    this.#maxBytes = maxBytes;
    this.#idOf = idOf;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get cells(): number {
    return this.#cells;
  }

  /** Calls in slots that were dropped before 12 hours had passed. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds a fine slot. It is merged with the newest one if both have the same second and era. */
  add(slot: Slot): void {
    this.#append(0, [slot]);
  }

  /** Merges the slots that are too old, then more of them, oldest first, until the bound holds. */
  age(now: number, bytesElsewhere: number): void {
    for (const level of [0, 1] as const) {
      const { keptMillis } = LEVELS[level];
      const unit = LEVELS[level + 1]!.slotMillis;
      const slots = this.#levels[level];
      while (slots.length > 0 && coarseEnd(slots[0]!, unit) <= now - keptMillis) this.#coarsen(level);
    }
    const coarse = this.#levels[2];
    while (coarse.length > 0 && coarse[0]!.last < now - LEVELS[2].keptMillis) this.#remove(coarse.shift()!);
    while (this.#bytes + bytesElsewhere > this.#maxBytes && this.#relieve()) {
      // Each step frees memory, until nothing is left.
    }
  }

  /** The slots whose middle is in the window, oldest first. */
  *within(from: number, to: number): Generator<Slot> {
    for (const level of [2, 1, 0] as const) {
      for (const slot of this.#levels[level]) {
        const middle = middleOf(slot);
        if (middle >= from && middle < to) yield slot;
      }
    }
  }

  clear(): void {
    for (const slots of this.#levels) slots.length = 0;
    this.#bytes = this.#cells = this.#dropped = 0;
  }

  #relieve(): boolean {
    const [fine, middle, coarse] = this.#levels;
    if (middle.length > 0) this.#coarsen(1);
    else if (fine.length > 1) this.#coarsen(0);
    else if (coarse.length > 0) this.#drop();
    else return false;
    return true;
  }

  /** Merges the oldest slots of a level that belong to the same coarser slot. */
  #coarsen(level: 0 | 1): void {
    const slots = this.#levels[level];
    const unit = LEVELS[level + 1]!.slotMillis;
    const { era } = slots[0]!;
    const number = Math.floor(slots[0]!.first / unit);
    let end = 1;
    while (end < slots.length && slots[end]!.era === era && Math.floor(slots[end]!.first / unit) === number) end++;
    const moved = slots.splice(0, end);
    for (const slot of moved) this.#remove(slot);
    this.#append((level + 1) as 1 | 2, moved);
  }

  /** Appends slots of one era and one coarse slot to a level, merged into one. */
  #append(level: 0 | 1 | 2, slots: readonly Slot[]): void {
    const into = this.#levels[level];
    const { first, era } = slots[0]!;
    const number = Math.floor(first / LEVELS[level].slotMillis);
    const previous = into.at(-1);
    let merged = slots;
    if (previous?.number === number && previous.era === era) {
      this.#remove(into.pop()!);
      merged = [previous, ...slots];
    }
    const slot = merged.length === 1 && level === 0 ? merged[0]! : this.#merge(merged, number);
    into.push(slot);
    this.#bytes += slot.bytes;
    this.#cells += slot.cells.length;
    if (into.length <= MAX_SLOTS) return;
    if (level === 2) this.#drop();
    else this.#coarsen(level);
  }

  #merge(slots: readonly Slot[], number: number): Slot {
    const tallies = new Map<number, Tally>();
    for (const slot of slots) {
      for (let entry = 0; entry < slot.nodes.length; entry++) {
        const id = this.#idOf(slot.nodes[entry]!);
        let tally = tallies.get(id);
        if (tally === undefined) tallies.set(id, (tally = new Tally()));
        tally.mergeEntry(slot, entry);
      }
    }
    const { first, era } = slots[0]!;
    return packSlot({ number, era, first, last: slots.at(-1)!.last }, [...tallies]);
  }

  #drop(): void {
    const slot = this.#levels[2].shift()!;
    this.#remove(slot);
    for (let entry = 0; entry < slot.nodes.length; entry++) {
      // Skip the first node: it has the calls of all roots, which other nodes have too.
      if (slot.nodes[entry] !== 0) this.#dropped += slot.sums[entry * 5]!;
    }
  }

  #remove(slot: Slot): void {
    this.#bytes -= slot.bytes;
    this.#cells -= slot.cells.length;
  }
}

function coarseEnd(slot: Slot, unit: number): number {
  return (Math.floor(slot.first / unit) + 1) * unit;
}
