import type { TimeWindow } from '../engine/contract.js';

/** Widths of slots, and the age at which they are merged into the next coarser ones. */
const TIERS = [
  { ageMillis: 300_000, slotMillis: 1_000 },
  { ageMillis: 3_600_000, slotMillis: 30_000 },
  { ageMillis: 43_200_000, slotMillis: 300_000 },
] as const;

/** Number of slots past which a series is merged: twice the 300, 110 and 132 slots that remain after a merge. */
const MAX_SLOTS = 1_100;

/**
 * Counts over the last twelve hours: per second, then per half minute, then per five minutes. An occurrence with a time
 * before the latest slot counts in the latest slot.
 */
export class CountSeries {
  #starts: number[] = [];
  #counts: number[] = [];

  add(now: number): void {
    const start = Math.floor(now / TIERS[0].slotMillis) * TIERS[0].slotMillis;
    const last = this.#starts.length - 1;
    if (last >= 0 && start <= this.#starts[last]!) {
      this.#counts[last]! += 1;
      return;
    }
    this.#starts.push(start);
    this.#counts.push(1);
    if (this.#starts.length > MAX_SLOTS) this.#merge(now);
  }

  /** Counts in equal parts of a window, oldest first. */
  spark({ from, to }: TimeWindow, parts: number): number[] {
    const counts: number[] = Array.from({ length: parts }, () => 0);
    for (let i = this.#firstFrom(from); i < this.#starts.length; i++) {
      const start = this.#starts[i]!;
      if (start >= to) break;
      const part = Math.floor(((Math.max(start, from) - from) / (to - from)) * parts);
      counts[Math.min(parts - 1, part)]! += this.#counts[i]!;
    }
    return counts;
  }

  /** Number of occurrences in a window, in whole slots. */
  countIn({ from, to }: TimeWindow): number {
    let sum = 0;
    for (let i = this.#firstFrom(from); i < this.#starts.length && this.#starts[i]! < to; i++) sum += this.#counts[i]!;
    return sum;
  }

  /** The first slot that ends after `from`. */
  #firstFrom(from: number): number {
    let index = this.#starts.findIndex((start) => start > from);
    if (index < 0) index = this.#starts.length;
    const before = this.#starts[index - 1];
    return before !== undefined && before + this.#widthAt(index - 1) > from ? index - 1 : index;
  }

  /** Merging aligns slots, so each is as wide as the tier of its age. */
  #widthAt(index: number): number {
    const age = this.#starts.at(-1)! - this.#starts[index]!;
    return (TIERS.find(({ ageMillis }) => age <= ageMillis) ?? TIERS[2]).slotMillis;
  }

  #merge(now: number): void {
    const starts: number[] = [];
    const counts: number[] = [];
    for (const [index, start] of this.#starts.entries()) {
      const tier = TIERS.find(({ ageMillis }) => now - start <= ageMillis);
      if (tier === undefined) continue;
      const slot = Math.floor(start / tier.slotMillis) * tier.slotMillis;
      const last = starts.length - 1;
      if (last >= 0 && slot <= starts[last]!) counts[last]! += this.#counts[index]!;
      else {
        starts.push(slot);
        counts.push(this.#counts[index]!);
      }
    }
    this.#starts = starts;
    this.#counts = counts;
  }
}
