import { SLOTS_BYTES } from '../api/changes.js';
import type { TimeMap } from '../api/schemas.js';
import type { TimeWindow } from '../engine/contract.js';
import { lowerBound } from './histogram.js';
import { LEVELS } from './slot-series.js';
import { Tally } from './tally.js';

/** Maximum number of slots of a heatmap, however long the window is. */
export const MAX_BINS = 720;
const KEPT_MILLIS = LEVELS[2].keptMillis;

/** Bytes of the shortest slot and of the shortest cell as JSON. */
const LEAST_SLOT_BYTES = 76;
const LEAST_CELL_BYTES = 7;

/** Cell of a heatmap: four per octave, each covering eight cells of a histogram. */
function heatOf(cell: number): number {
  return (cell + 7) >> 3;
}

function lowerBoundOfHeat(heat: number): number {
  return heat === 0 ? 0 : lowerBound((heat - 1) * 8 + 1);
}

/**
 * Slots of a heatmap while calls are added. Their length is 1 s for 5 minutes, 10 s for an hour, and a number of
 * minutes for longer windows: at least that of the slots in which calls of that age are counted, and long enough that
 * there are at most 720. It is doubled until they fit into a frame of a live stream: calls of many different durations
 * take more room. Slots without calls are included.
 */
export class TimeBins {
  readonly from: number;
  readonly to: number;
  #slotMillis: number;
  #bins = new Map<number, Tally>();

  /** @param now by the console's clock; a window without a start begins 12 hours before, one without an end ends now */
  constructor(window: TimeWindow, now: number) {
    this.to = Number.isFinite(window.to) ? window.to : now;
    this.from = Number.isFinite(window.from) ? window.from : this.to - KEPT_MILLIS;
    // The end is exclusive. Without the last millisecond, a window up to now has its nominal length.
    const last = this.to - 1;
    this.#slotMillis = slotMillisOf(last - this.from, Math.max(now, last) - this.from);
  }

  at(time: number): Tally {
    const number = Math.floor(time / this.#slotMillis);
    let bin = this.#bins.get(number);
    if (bin === undefined) this.#bins.set(number, (bin = new Tally()));
    return bin;
  }

  finish(): Omit<TimeMap, 'coverage' | 'partial'> {
    const heats = this.#usedHeats();
    const lowest = heats?.[0] ?? 0;
    // Checked first, because it is cheaper than serializing all slots.
    while (this.#leastBytes() > SLOTS_BYTES) this.#doubleLength();
    let slots = this.#slots(lowest);
    while (JSON.stringify(slots).length > SLOTS_BYTES) {
      this.#doubleLength();
      slots = this.#slots(lowest);
    }
    const cells: number[] = [];
    // The last bound is the upper bound of the last cell.
    if (heats !== undefined) for (let heat = lowest; heat <= heats[1] + 1; heat++) cells.push(lowerBoundOfHeat(heat));
    return { from: this.from, to: this.to, slotMillis: this.#slotMillis, slots, cells };
  }

  #slots(lowest: number): TimeMap['slots'] {
    const slots: TimeMap['slots'] = [];
    const end = Math.ceil(this.to / this.#slotMillis);
    for (let number = Math.floor(this.from / this.#slotMillis); number < end; number++) {
      slots.push(toSlot(number * this.#slotMillis, this.#bins.get(number) ?? EMPTY, lowest));
    }
    return slots;
  }

  #leastBytes(): number {
    let bytes = ((this.to - this.from) / this.#slotMillis) * LEAST_SLOT_BYTES;
    for (const { durations } of this.#bins.values()) {
      let last = -1;
      durations.forEach((cell) => {
        const heat = heatOf(cell);
        if (heat !== last) bytes += LEAST_CELL_BYTES;
        last = heat;
      });
    }
    return bytes;
  }

  #doubleLength(): void {
    const bins = this.#bins;
    this.#bins = new Map();
    this.#slotMillis *= 2;
    for (const [number, tally] of bins) {
      const half = Math.floor(number / 2);
      const other = this.#bins.get(half);
      if (other === undefined) this.#bins.set(half, tally);
      else other.merge(tally);
    }
  }

  #usedHeats(): [lowest: number, highest: number] | undefined {
    let [lowest, highest] = [Infinity, -1];
    for (const { durations } of this.#bins.values()) {
      durations.forEach((cell) => {
        lowest = Math.min(lowest, heatOf(cell));
        highest = Math.max(highest, heatOf(cell));
      });
    }
    return highest < 0 ? undefined : [lowest, highest];
  }
}

const EMPTY = new Tally();

function slotMillisOf(length: number, age: number): number {
  const level = LEVELS.find(({ keptMillis }) => age <= keptMillis) ?? LEVELS[2];
  const fewest = Math.ceil(length / MAX_BINS);
  if (fewest <= level.slotMillis) return level.slotMillis;
  const unit = LEVELS[2].slotMillis;
  return Math.ceil(fewest / unit) * unit;
}

function toSlot(at: number, tally: Tally, lowest: number): TimeMap['slots'][number] {
  const { calls, errors, p50, p95, p99 } = tally.figures(0);
  const byHeat = new Map<number, [index: number, calls: number, errors: number]>();
  tally.durations.forEach((cell, count) => {
    const heat = heatOf(cell) - lowest;
    const known = byHeat.get(heat);
    if (known === undefined) byHeat.set(heat, [heat, count, 0]);
    else known[1] += count;
  });
  tally.failures?.forEach((cell, count) => {
    byHeat.get(heatOf(cell) - lowest)![2] += count;
  });
  return { at, calls, errors, p50, p95, p99, cells: [...byHeat.values()] };
}
