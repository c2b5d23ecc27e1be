import type { TimeMap } from '../api/schemas.js';
import type { TimeWindow } from '../engine/contract.js';
import { lowerBound } from './histogram.js';
import { LEVELS } from './slot-series.js';
import { Tally } from './tally.js';

/** Maximum number of slots of a heatmap, however long the window is. */
const MAX_BINS = 720;
const KEPT_MILLIS = LEVELS[2].keptMillis;

/** Cell of a heatmap: four per octave, each covering eight cells of a histogram. */
function heatOf(cell: number): number {
  return (cell + 7) >> 3;
}

function lowerBoundOfHeat(heat: number): number {
  return heat === 0 ? 0 : lowerBound((heat - 1) * 8 + 1);
}

/**
 * Slots of a heatmap while calls are added. Their length is 1 s, 10 s, or a number of minutes: at least that of the
 * slots in which calls of that age are counted, and long enough that there are at most 720. Slots without calls are
 * included.
 */
export class TimeBins {
  readonly from: number;
  readonly to: number;
  readonly #slotMillis: number;
  readonly #bins = new Map<number, Tally>();

  /** @param now by the console's clock; a window without a start begins 12 hours before, one without an end ends now */
  constructor(window: TimeWindow, now: number) {
    this.to = Number.isFinite(window.to) ? window.to : now;
    this.from = Number.isFinite(window.from) ? window.from : this.to - KEPT_MILLIS;
    this.#slotMillis = slotMillisOf(this.to - this.from, Math.max(now, this.to) - this.from);
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
    const slots: TimeMap['slots'] = [];
    const end = Math.ceil(this.to / this.#slotMillis);
    for (let number = Math.floor(this.from / this.#slotMillis); number < end; number++) {
      slots.push(toSlot(number * this.#slotMillis, this.#bins.get(number) ?? EMPTY, lowest));
    }
    const cells: number[] = [];
    // The last bound is the upper bound of the last cell.
    if (heats !== undefined) for (let heat = lowest; heat <= heats[1] + 1; heat++) cells.push(lowerBoundOfHeat(heat));
    return { from: this.from, to: this.to, slotMillis: this.#slotMillis, slots, cells };
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
